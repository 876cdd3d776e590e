import { z } from "zod";
import { apart, format, formatLength, textLength, textual, type Transformation } from "./transformation";

const none = z.strictObject({});

/** Numbers, keys, addresses of machines, secrets: what stands for a person, an account or a right. */
export const identifiers = {
  hash: {
    meaning:
      "Hexadecimal of a keyed hash, `length` characters (32); for uuid a UUID, for bytea its bytes, for bit strings as many bits.",
    types: ["text", "uuid", "bytes", "bits"],
    params: z.strictObject({
      length: z.int().min(16).max(64).optional().describe("Characters; 32 by default."),
    }),
    identifying: true,
    unique: true,
    minimumLength: () => 16,
  },
  digits: {
    meaning:
      "Each digit is replaced, the rest of the shape and the first `keep_first` digits (0) stay; with `format` exactly that shape. Unique for different values, in a column of any length.",
    types: ["text", "integer"],
    params: z.strictObject({
      format: format.optional(),
      keep_first: z
        .int()
        .min(0)
        .max(12)
        .optional()
        .describe("How many digits at the beginning stay; none by default."),
    }),
    identifying: true,
    unique: true,
    minimumLength: formatLength,
  },
  token: {
    meaning:
      "`prefix` and random-looking letters and digits, as long as before and never shorter than eleven where there is room; for uuid a UUID.",
    types: ["text", "uuid"],
    params: z.strictObject({
      prefix: z.string().max(32).optional().describe("What it begins with, e.g. `cus_`; nothing by default."),
    }),
    identifying: true,
    unique: true,
    minimumLength: (params) => textLength(params.prefix) + 8,
    uniqueLength: (params) => textLength(params.prefix) + 11,
  },
  iban: {
    meaning:
      "Country and shape stay, digits and letters of the account are replaced, the check digits are right. Unique for different values.",
    types: textual,
    params: none,
    identifying: true,
    unique: true,
  },
  card: {
    meaning:
      "A card number as long and grouped as before, of the ranges for tests of its brand, with a right check digit (Luhn).",
    types: textual,
    params: none,
    identifying: true,
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
  mac: {
    meaning: "A locally administered address, which no maker gives out: 02:xx:xx:xx:xx:xx.",
    types: ["mac", "text"],
    params: none,
    identifying: true,
    unique: true,
    minimumLength: () => 17,
  },
  url: {
    meaning:
      "Host becomes `host` (the first of allowed_domains), path, query and user a keyed hash; with `keep_path: true` the path stays.",
    types: textual,
    params: z.strictObject({
      host: z.string().min(1).optional().describe("One of allowed_domains; the first of them by default."),
      keep_path: z.boolean().optional().describe("Whether the path stays."),
    }),
    identifying: true,
    unique: true,
    equalWith: (params) => params.keep_path === true,
    minimumLength: (params, allowedDomains) => 8 + textLength(params.host, allowedDomains[0]) + 17,
  },
  "file-name": {
    meaning: "A keyed hash that keeps the extension; folders before it go, or stay with `keep_folder: true`.",
    types: textual,
    params: z.strictObject({
      keep_folder: z.boolean().optional().describe("Whether the folders before the name stay."),
    }),
    identifying: true,
    unique: true,
    minimumLength: () => 16,
    uniqueLength: () => 22,
  },
  "user-agent": {
    meaning: "One of a few common browsers' names, cut to the column's length.",
    types: textual,
    params: none,
    identifying: false,
    unique: false,
  },
  "unusable-password": {
    meaning:
      "A hash that no password matches: `!` and random characters (Django's mark), or with `format: bcrypt` one that libraries of bcrypt read (Rails, Laravel, Node).",
    types: textual,
    params: z.strictObject({
      format: z
        .enum(["django", "bcrypt"])
        .optional()
        .describe("Whose hash it looks like; `django` by default."),
    }),
    identifying: true,
    unique: true,
    minimumLength: (params) => (params.format === "bcrypt" ? 60 : 9),
    uniqueLength: (params) => (params.format === "bcrypt" ? 60 : apart),
  },
} satisfies Record<string, Transformation>;
