import { z } from "zod";
import { format, inner, person, type Transformation } from "./transformation";

const none = z.strictObject({});
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const otherwise = z
  .union([z.enum(["redact", "keep"]), inner])
  .optional()
  .describe(
    "What becomes of all other strings and numbers: `redact` (the default), `keep`, or a transformation, e.g. `mentions`.",
  );

const jsonPath = z.string().regex(/^\$(\.(\*|"[^"]+"|[^.[\]"*\s]+)|\[(\*|\d+)\])*$/, {
  message: 'a path reads like $.to[*].email or $."a name with dots"',
});

/** Texts, dates, numbers, documents. */
export const values = {
  redact: {
    meaning:
      "Free text becomes filler of about the same length, or `text`, cut to the column's length. JSON, hstore and XML keep their structure; a tsvector becomes empty.",
    types: ["text", "json", "hstore", "xml", "tsvector"],
    params: z.strictObject({
      text: z.string().min(1).optional().describe("What stands there instead of filler."),
    }),
    identifying: false,
    unique: false,
  },
  mentions: {
    meaning:
      "Text stays, but for e-mail addresses, telephone numbers and people's names in it: each becomes what `email`, `phone`, `first-name` and `last-name` make of it in its own column. Every address goes; names and numbers go that stood in a masked column, and numbers that are written like a telephone's.",
    types: ["text", "json"],
    params: z.strictObject({
      phone_format: format.optional(),
      names: z.boolean().optional().describe("Whether names are replaced as well; true by default."),
    }),
    identifying: true,
    unique: false,
  },
  "date-shift": {
    meaning:
      "Moved by a keyed number of days, at most `days` (180) to either side and never by none. With `person` all dates of that person move by the same number, so that their order stays. A text must begin with a date (2001-12-31); else its digits and letters are replaced.",
    types: ["date", "timestamp", "date range", "text"],
    params: z.strictObject({
      days: z.int().min(1).max(36500).optional().describe("The most days; 180 by default."),
      direction: z
        .enum(["either", "past", "future"])
        .optional()
        .describe("To which side; `past` for dates that must not lie in the future. `either` by default."),
      person: person.optional(),
    }),
    identifying: false,
    unique: false,
  },
  "date-truncate": {
    meaning: "The first day (or moment) of its `to` (year; for times of the day hour).",
    types: ["date", "timestamp", "time"],
    params: z.strictObject({
      to: z
        .enum(["minute", "hour", "day", "month", "quarter", "year", "decade"])
        .optional()
        .describe("Of what the beginning stays."),
    }),
    identifying: false,
    unique: false,
  },
  number: {
    meaning:
      "A keyed number from `min` (0) to `max` (1000, or the most that the column holds), whole for integers.",
    types: ["integer", "decimal"],
    params: z
      .strictObject({
        min: z.number().optional().describe("The least; 0 by default."),
        max: z.number().optional().describe("The most; 1000 by default."),
      })
      .refine((p) => (p.min ?? 0) < (p.max ?? 1000), { message: "min must be below max" }),
    identifying: false,
    unique: false,
  },
  geo: {
    meaning:
      "A latitude, a longitude or a point, moved by a keyed distance of at most `km` (20) and at least a tenth of that.",
    types: ["decimal", "point"],
    params: z.strictObject({
      km: z
        .number()
        .min(0.1)
        .max(1000)
        .optional()
        .describe("The most kilometres, along each axis; 20 by default."),
    }),
    identifying: false,
    unique: false,
  },
  choice: {
    meaning: "One of `values`, chosen by key; it may be the one that stood there.",
    types: "any",
    params: z.strictObject({ values: z.array(scalar).min(2).describe("What may stand there.") }),
    identifying: false,
    unique: false,
  },
  json: {
    meaning:
      "The string, number or boolean at each of `paths` (`$.to[*].email`, `*` any member) becomes what its transformation makes of it, and so do the names of an object's members at each of `keys`; all other strings and numbers are redacted, or become what `other` says.",
    types: ["json", "text"],
    params: z.strictObject({
      paths: z
        .record(jsonPath, inner)
        .optional()
        .describe("Transformations by path, e.g. `$.to[*].email: email`."),
      keys: z
        .record(jsonPath, inner)
        .optional()
        .describe(
          "Transformations for the names of members, by the path of their object, e.g. `$.by_user: username`.",
        ),
      other: otherwise,
    }),
    identifying: true,
    unique: true,
  },
  hstore: {
    meaning:
      "The value of each of `keys` becomes what its transformation makes of it; all others are redacted, or become what `other` says.",
    types: ["hstore"],
    params: z.strictObject({
      keys: z.record(z.string(), inner).optional().describe("Transformations by key, e.g. `phone: phone`."),
      other: otherwise,
    }),
    identifying: true,
    unique: true,
  },
  array: {
    meaning: "Each element becomes what `each` makes of it; the order and NULL elements stay.",
    types: ["array"],
    params: z.strictObject({ each: inner.describe("A transformation of one element.") }),
    identifying: true,
    unique: true,
  },
  composite: {
    meaning:
      "Each of `fields` becomes what its transformation makes of it; all other texts are redacted, numbers become 0, booleans and enums stay, and what is none of these becomes NULL; with `other: keep` all others stay.",
    types: ["composite"],
    params: z.strictObject({
      fields: z
        .record(z.string(), inner)
        .optional()
        .describe(
          "Transformations by field, e.g. `email: email`; of a row within the row: `{ with: composite, ... }`.",
        ),
      other: z
        .enum(["redact", "keep"])
        .optional()
        .describe("What becomes of all other fields: `redact` (the default) or `keep`."),
    }),
    identifying: true,
    unique: false,
  },
  bytes: {
    meaning: "`length` zero bytes (as many as before, at most 64).",
    types: ["bytes"],
    params: z.strictObject({ length: z.int().min(0).max(1024).optional().describe("How many bytes.") }),
    identifying: false,
    unique: false,
  },
  null: {
    meaning: "NULL.",
    types: "any",
    params: none,
    identifying: true,
    unique: true,
  },
  constant: {
    meaning:
      "The same `value` in every row; where the value was NULL it stays NULL unless `also_null: true`.",
    types: "any",
    params: z.strictObject({
      value: scalar.describe("What stands in every row, as PostgreSQL writes it."),
      also_null: z.boolean().optional().describe("Whether it replaces NULL as well."),
    }),
    identifying: false,
    unique: false,
    minimumLength: (params) => [...String(params.value)].length,
  },
  sql: {
    meaning:
      "The `expression`, on the row's columns as they were before; NULL and empty are its own affair. Every proof is as for the others.",
    types: "any",
    params: z.strictObject({
      expression: z.string().min(1).describe("An SQL expression without subqueries and aggregates."),
    }),
    identifying: true,
    unique: true,
  },
} satisfies Record<string, Transformation>;
