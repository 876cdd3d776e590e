import { z } from "zod";
import { expectable } from "../judge";

/**
 * The shapes of rules files and packs, in one place: they are read with these, and the schema for editors is made of them
 * (`editorSchema.ts`). What stands below `tables` and `mask` is read entry by entry, so that every fault gets its own place.
 */

const domainName = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/, {
    message: "must be a domain in lower case, e.g. example.invalid",
  });

const columns = z.array(z.string());
const entries = z.record(z.string(), z.unknown());

export const loginShape = z.strictObject({
  table: z.string().describe("The table of accounts, as below `tables`."),
  match: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .refine((match) => Object.keys(match).length === 1, { message: "must name one column and its value" })
    .describe("Which row: one column and its value, e.g. `{ id: 4 }`."),
  password: z.string().describe("The column that holds the password's hash."),
  hash: z.literal("django-pbkdf2-sha256").default("django-pbkdf2-sha256").describe("How it is hashed."),
});

export const rulesShape = z.strictObject({
  database: z
    .string()
    .min(1)
    .describe(
      "Which of the server's databases these rules are for. A dump copy of it may carry another name.",
    ),
  allowed_domains: z
    .array(domainName)
    .min(1)
    .describe(
      "Where addresses may stand after the run; new ones are made in the first. What lies below a domain is allowed too.",
    ),
  extends: z
    .array(z.string())
    .default([])
    .describe(
      "Packs that ship with the project by name, own ones by path (`./own-pack.yaml`). Later ones win, these rules over all.",
    ),
  tables: entries
    .default({})
    .describe(
      "What becomes of each table, by `table` (in `public`) or `schema.table`, as the catalogue shows it.",
    ),
  logins: z
    .array(loginShape)
    .default([])
    .describe("Accounts that keep a way in, each with a random password of the run."),
  media: z
    .array(z.string())
    .default([])
    .describe("Columns with paths or URLs of files, as `table.column`: counted, never followed."),
  large_objects: z.enum(["remove", "keep"]).default("remove").describe("What becomes of large objects."),
});

export const packShape = z.strictObject({
  pack: z.string().min(1).describe("The pack's name."),
  tables: entries
    .default({})
    .describe(
      "What becomes of each table that exists and has the shape. A name without schema is meant in any.",
    ),
  any_table: z
    .array(z.unknown())
    .default([])
    .describe("What becomes of columns on tables of any name that have all the columns of `shape`."),
});

export const deleteShape = z.strictObject({
  where: z
    .string()
    .min(1)
    .optional()
    .describe("SQL condition, column names without their table: rows go for which it is true."),
  follows: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe("Rows go that refer, by any foreign key, to rows of this table (or these) that go."),
});

export const tableShape = z.strictObject({
  truncate: z.literal(true).optional().describe("All rows go."),
  drop: z.literal(true).optional().describe("For foreign tables: it must be gone, and isolate removes it."),
  delete: deleteShape.optional().describe("Some rows go; the columns of the others still need a word."),
  keep: z
    .union([z.literal("all"), columns])
    .optional()
    .describe(
      "Columns that stay. `all`: every column that does not look personal by name, comment, type or values.",
    ),
  mask: entries
    .optional()
    .describe("What becomes of columns: a transformation by name, or `with` and its parameters."),
  expect: z
    .record(z.string(), z.array(z.enum(expectable)).min(1))
    .optional()
    .describe("Columns that stay: what the leak scan may find in each without stopping the run."),
  shape: columns.optional().describe("Packs: columns that a table must have to be the one that is meant."),
  ignore_packs: z.boolean().optional().describe("Rules: what packs say of this table does not count."),
});

/** What stands beside a transformation's own parameters. */
export const cellShape = {
  where: z
    .string()
    .min(1)
    .optional()
    .describe("SQL condition on the row as it was: where it is false the value stays."),
  keep_values: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .describe("Values that stay as they are, such as a sentinel that means that none was given."),
  exact: z
    .array(
      z.strictObject({
        where: z.string().min(1).describe("SQL condition on the row as it was."),
        value: z.union([z.string(), z.number(), z.boolean(), z.null()]).describe("What the cell then holds."),
      }),
    )
    .optional()
    .describe("Exact values of single rows, before all else; the first condition that holds decides."),
  identifying: z
    .boolean()
    .optional()
    .describe("Whether the leak scan looks for the old values; the transformation's own by default."),
};

export const sameAsShape = z
  .strictObject({
    same_as: z
      .string()
      .describe(
        "`table.column` with a mask in these rules: this column becomes what that one becomes, as a copy of its values.",
      ),
    person: z
      .string()
      .min(1)
      .optional()
      .describe("The column that says whose value it is, where the other's mask has `person`."),
    ...cellShape,
  })
  .describe("A copy of another column: it becomes what that one becomes.");

export const maskShape = z.looseObject({ with: z.union([z.string(), z.null()]), ...cellShape });
