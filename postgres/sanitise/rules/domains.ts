import { z } from "zod";
import type { MaskSpec } from "../plan";
import type { TypeFamily } from "./families";

/**
 * The one table of transformations: what each means, which columns it takes, what it promises. The rules are checked
 * against it; `transformations.ts` compiles each to SQL and must keep what is promised here.
 *
 * Of all of them: NULL stays NULL and the empty string stays empty, unless the meaning says otherwise; the result fits the
 * column's length; the same value under the same transformation and parameters has the same result in every table of
 * the run; the result is no value that stood there before.
 */
export interface Transformation {
  /** For `rules explain`, the report and docs/rules.md: what a value becomes. */
  meaning: string;
  types: readonly TypeFamily[] | "any";
  /** Its parameters, strict. */
  params: z.ZodType<Record<string, unknown>>;
  /** Whether a value alone points at a person: such values are hashed before the run and looked for after it. */
  identifying: boolean;
  /** Whether different values stay different, so that it may stand on a unique column. */
  unique: boolean;
  /** The least length that a column of limited length must have. */
  minimumLength?: (params: Record<string, unknown>, allowedDomains: string[]) => number;
}

export type MaskName = MaskSpec["with"];

/** `#` stands for a digit, everything else for itself: `04########`. */
const format = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => text.includes("#"), { message: "must hold at least one # (each stands for a digit)" });
const none = z.strictObject({});
const domain = z.string().min(3);
const textual = ["text"] as const;

/**
 * One transformation inside another: in JSON paths and in array elements. `maskSpec` checks its own parameters; in a
 * plan each is a `MaskSpec`.
 */
const inner = z.union([z.string(), z.null(), z.looseObject({ with: z.union([z.string(), z.null()]) })]);

const textLength = (value: unknown, otherwise = "") => (typeof value === "string" ? value : otherwise).length;

const formatLength = (params: Record<string, unknown>) =>
  typeof params.format === "string" ? params.format.length : 1;

/** Eight characters before the @: enough to tell millions of addresses apart. */
const emailLength = (params: Record<string, unknown>, allowedDomains: string[]) =>
  8 + 1 + textLength(params.domain, allowedDomains[0]);

export const transformations: Record<MaskName, Transformation> = {
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
    types: [
      "text",
      "uuid",
      "integer",
      "decimal",
      "boolean",
      "date",
      "timestamp",
      "time",
      "json",
      "ip",
      "enum",
    ],
    params: z.strictObject({
      value: z.union([z.string(), z.number(), z.boolean()]),
      also_null: z.boolean().optional(),
    }),
    identifying: false,
    unique: false,
    minimumLength: (params) => [...String(params.value)].length,
  },
  email: {
    meaning:
      "An address at `domain` (the first of allowed_domains), lower case; equal addresses in any case stay equal.",
    types: textual,
    params: z.strictObject({ domain: domain.optional() }),
    identifying: true,
    unique: true,
    minimumLength: emailLength,
  },
  "email-list": {
    meaning:
      "Each address of a list divided by `separator` (comma), with or without a display name, as `email` maps it; display names go.",
    types: textual,
    params: z.strictObject({ domain: domain.optional(), separator: z.string().min(1).max(3).optional() }),
    identifying: true,
    unique: true,
    minimumLength: emailLength,
  },
  "first-name": {
    meaning: "A given name from the word list.",
    types: textual,
    params: none,
    identifying: false,
    unique: false,
  },
  "last-name": {
    meaning: "A family name from the word list.",
    types: textual,
    params: none,
    identifying: false,
    unique: false,
  },
  "full-name": {
    meaning: "A given name and a family name from the word lists.",
    types: textual,
    params: none,
    identifying: true,
    unique: false,
  },
  username: {
    meaning: "A login name of letters and digits, `user` and a keyed number, unique for different values.",
    types: textual,
    params: none,
    identifying: true,
    unique: true,
    minimumLength: () => 8,
  },
  phone: {
    meaning:
      "Each digit is replaced and the rest of the shape stays; with `format` (`04########`) exactly that shape. Unique for different values.",
    types: ["text", "integer"],
    params: z.strictObject({ format: format.optional() }),
    identifying: true,
    unique: true,
    minimumLength: formatLength,
  },
  "address-line": {
    meaning: "A house number and a street from the word list.",
    types: textual,
    params: none,
    identifying: true,
    unique: false,
  },
  city: {
    meaning: "A town from the word list.",
    types: textual,
    params: none,
    identifying: false,
    unique: false,
  },
  postcode: {
    meaning: "Each digit and letter is replaced by one of its kind; with `format` exactly that shape.",
    types: ["text", "integer"],
    params: z.strictObject({ format: format.optional() }),
    identifying: false,
    unique: false,
    minimumLength: formatLength,
  },
  company: {
    meaning: "A made-up organisation's name from the word lists.",
    types: textual,
    params: none,
    identifying: true,
    unique: false,
  },
  hash: {
    meaning: "Hexadecimal of a keyed hash, `length` characters (32); for uuid a UUID, for bytea its bytes.",
    types: ["text", "uuid", "bytes"],
    params: z.strictObject({ length: z.int().min(16).max(64).optional() }),
    identifying: true,
    unique: true,
    minimumLength: () => 16,
  },
  digits: {
    meaning:
      "Each digit is replaced, the rest of the shape and the first `keep_first` digits (0) stay; with `format` exactly that shape. Unique for different values.",
    types: ["text", "integer"],
    params: z.strictObject({ format: format.optional(), keep_first: z.int().min(0).max(12).optional() }),
    identifying: true,
    unique: true,
    minimumLength: formatLength,
  },
  token: {
    meaning: "`prefix` and random-looking letters and digits, as long as before; for uuid a UUID.",
    types: ["text", "uuid"],
    params: z.strictObject({ prefix: z.string().max(32).optional() }),
    identifying: true,
    unique: true,
    minimumLength: (params) => textLength(params.prefix) + 8,
  },
  redact: {
    meaning: "Free text becomes filler of about the same length, or `text`, cut to the column's length.",
    types: textual,
    params: z.strictObject({ text: z.string().min(1).optional() }),
    identifying: false,
    unique: false,
  },
  "date-shift": {
    meaning: "Moved by a keyed number of days, at most `days` (180) to either side and never by none.",
    types: ["date", "timestamp"],
    params: z.strictObject({ days: z.int().min(1).max(36500).optional() }),
    identifying: false,
    unique: false,
  },
  "date-truncate": {
    meaning: "The first day (or moment) of its `to` (year).",
    types: ["date", "timestamp"],
    params: z.strictObject({ to: z.enum(["day", "month", "quarter", "year", "decade"]).optional() }),
    identifying: false,
    unique: false,
  },
  number: {
    meaning: "A keyed number from `min` (0) to `max` (1000), whole for integers.",
    types: ["integer", "decimal"],
    params: z
      .strictObject({ min: z.number().optional(), max: z.number().optional() })
      .refine((p) => (p.min ?? 0) < (p.max ?? 1000), { message: "min must be below max" }),
    identifying: false,
    unique: false,
  },
  ip: {
    meaning: "An address of the ranges for documentation: 198.51.100.0/24 or 2001:db8::/32.",
    types: ["ip", "text"],
    params: none,
    identifying: true,
    unique: false,
    minimumLength: () => 14,
  },
  url: {
    meaning:
      "Host becomes `host` (the first of allowed_domains), path, query and user a keyed hash; with `keep_path: true` the path stays.",
    types: textual,
    params: z.strictObject({ host: z.string().min(1).optional(), keep_path: z.boolean().optional() }),
    identifying: true,
    unique: true,
    minimumLength: (params, allowedDomains) => 8 + textLength(params.host, allowedDomains[0]) + 17,
  },
  json: {
    meaning:
      "The string, number or boolean at each of `paths` (`$.to[*].email`, `*` any member) becomes what its transformation makes of it; all other strings and numbers are redacted, or stay with `other: keep`.",
    types: ["json", "text"],
    params: z.strictObject({
      paths: z
        .record(
          z.string().regex(/^\$(\.(\*|"[^"]+"|[^.[\]"*\s]+)|\[(\*|\d+)\])*$/, {
            message: 'a path reads like $.to[*].email or $."a name with dots"',
          }),
          inner,
        )
        .optional(),
      other: z.enum(["redact", "keep"]).optional(),
    }),
    identifying: true,
    unique: true,
  },
  array: {
    meaning: "Each element becomes what `each` makes of it; the order and NULL elements stay.",
    types: ["array"],
    params: z.strictObject({ each: inner }),
    identifying: true,
    unique: true,
  },
  bytes: {
    meaning: "`length` zero bytes (as many as before, at most 64).",
    types: ["bytes"],
    params: z.strictObject({ length: z.int().min(0).max(1024).optional() }),
    identifying: false,
    unique: false,
  },
  "unusable-password": {
    meaning:
      "A hash that no password matches: `!` and random characters (Django's mark), or with `format: bcrypt` one that libraries of bcrypt read (Rails, Laravel, Node).",
    types: textual,
    params: z.strictObject({ format: z.enum(["django", "bcrypt"]).optional() }),
    identifying: true,
    unique: true,
    minimumLength: (params) => (params.format === "bcrypt" ? 60 : 9),
  },
  "file-name": {
    meaning: "A keyed hash that keeps the extension; folders before it go, or stay with `keep_folder: true`.",
    types: textual,
    params: z.strictObject({ keep_folder: z.boolean().optional() }),
    identifying: true,
    unique: true,
    minimumLength: () => 16,
  },
  sql: {
    meaning:
      "The `expression`, on the row's columns as they were before; NULL and empty are its own affair. Every proof is as for the others.",
    types: "any",
    params: z.strictObject({ expression: z.string().min(1) }),
    identifying: true,
    unique: true,
  },
};

export const maskNames = Object.keys(transformations) as MaskName[];
