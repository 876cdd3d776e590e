import { z } from "zod";
import type { TypeFamily } from "../families";

/**
 * What one transformation means, which columns it takes, and what it promises. The rules are checked against it;
 * `transformations.ts` compiles each to SQL and must keep what is promised here.
 */
export interface Transformation {
  /** For `rules explain`, the report and docs/rules.md: what a value becomes. */
  meaning: string;
  types: readonly TypeFamily[] | "any";
  /** Its parameters, strict, each with a description. */
  params: z.ZodObject;
  /** Whether a value alone points at a person: such values are hashed before the run and looked for after it. */
  identifying: boolean;
  /** Whether different values stay different, so that it may stand on a unique column. */
  unique: boolean;
  /** Parameters with which different values may become equal all the same. */
  equalWith?: (params: Record<string, unknown>) => boolean;
  /** The least length that a column of limited length must have. */
  minimumLength?: (params: Record<string, unknown>, allowedDomains: string[]) => number;
  /** The same for a unique column: so many characters that among ten million values no two become equal. */
  uniqueLength?: (params: Record<string, unknown>, allowedDomains: string[]) => number;
}

export const textual = ["text"] as const;

/** `#` stands for a digit, everything else for itself: `04########`. */
export const format = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => text.includes("#"), { message: "must hold at least one # (each stands for a digit)" })
  .describe("The result's shape: `#` stands for a digit, everything else for itself, e.g. `04########`.");

export const domain = z
  .string()
  .min(3)
  .describe("Where the address stands, one of allowed_domains; the first of them by default.");

export const person = z
  .string()
  .min(1)
  .describe(
    "A column of the same row that says who it is, e.g. `id` or `customer_id`: all values with the same person agree with each other, in every table, whatever they were.",
  );

export const scripts = [
  "latin",
  "greek",
  "cyrillic",
  "han",
  "hangul",
  "kana",
  "arabic",
  "hebrew",
  "devanagari",
] as const;
export type Script = (typeof scripts)[number];

export const list = z
  .enum(["auto", ...scripts])
  .describe("In which script: `auto`, the default, is that of the value which it replaces.");

/**
 * One transformation inside another: in JSON paths, hstore keys and array elements. `maskSpec` checks its own parameters; in a
 * plan each is a `MaskSpec`.
 */
export const inner = z.union([
  z.string(),
  z.null(),
  z.looseObject({ with: z.union([z.string(), z.null()]) }),
]);

export const textLength = (value: unknown, otherwise = "") =>
  (typeof value === "string" ? value : otherwise).length;

export const formatLength = (params: Record<string, unknown>) =>
  typeof params.format === "string" ? params.format.length : 1;

/** So many characters of `prodcopy.letters` hold 65 bits. */
export const apart = 13;

/** The part before the @ and the domain. */
export const addressLength = (local: number) => (params: Record<string, unknown>, allowedDomains: string[]) =>
  local + 1 + textLength(params.domain, allowedDomains[0]);
