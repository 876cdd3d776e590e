import type { Difference } from "../postgres/sanitise/draft/difference";
import type { Draft } from "../postgres/sanitise/draft/draft";
import type { Explanation } from "../postgres/sanitise/draft/explain";
import { shellWord } from "./shell";

/** What `rules check` found. */
export interface Check {
  covered: boolean;
  tables: number;
  columns: number;
  masked: number;
  faults: { kind: string; message: string; file: string; line: number; column: number }[];
}

/** What `rules draft` says beside its rules. */
export function draftSummary({ own, packs, notSampled }: Draft): string {
  const count = (action: string) => own.filter((one) => one.action === action).length;
  const lines = [
    `${own.length} columns: ${count("mask")} masked, ${count("keep")} kept, ${count("review")} to review (masked where a mask fits).`,
    packs.length > 0 ? `Packs that apply: ${packs.join(", ")}.` : "No pack applies.",
    ...notSampled.map((one) => `Values not looked at: ${one}`),
  ];
  return lines.join("\n");
}

/** What to do with drafted rules. */
export function afterDraft(out: string | undefined, database: string, toReview: boolean): string {
  if (out === undefined) return "Nothing was written: --out FILE puts the rules into a file.";
  const file = shellWord(out);
  const read = toReview ? " read what REVIEW stands beside, change what does not hold, then" : "";
  return [
    `Written: ${out}. Next:${read}`,
    `  npx prodcopy rules check --rules ${file}`,
    `  npx prodcopy sanitise --rules ${file} --confirm ${shellWord(database)} --dry-run`,
  ].join("\n");
}

export function checkText(check: Check, file: string): string {
  if (check.covered) {
    return `${file} covers everything: ${check.tables} tables, ${check.columns} columns, ${check.masked} of them masked.`;
  }
  const open = check.faults.filter(({ kind }) => kind === "coverage").length;
  const lines = check.faults.map(
    ({ file: at, line, column, message }) => `  ${at}:${line}:${column}: ${message}`,
  );
  return [
    `${file}: ${check.faults.length} faults, ${open} of them for what is not covered. Nothing was changed.`,
    ...lines,
  ].join("\n");
}

export function explanationText(one: Explanation): string {
  const params = one.params && Object.keys(one.params).length > 0 ? ` ${written(one.params)}` : "";
  const lines: [string, string | undefined][] = [
    ["action", one.with === undefined ? one.action : `${one.action} with ${one.with}${params}`],
    ["said by", one.origin && one.pack ? `${one.origin} (pack ${one.pack})` : one.origin],
    ["rows that go", one.deletes],
    ["SQL", one.sql],
    ["shape before", one.before],
    ["shape after", one.after],
    ["signs", one.signs.length > 0 ? one.signs.join("; ") : undefined],
  ];
  const told = lines.flatMap(([what, text]) => (text === undefined ? [] : [`  ${what.padEnd(13)} ${text}`]));
  return [`${one.column} (${one.type})`, ...told].join("\n");
}

/** Parameters as rules write them; a transformation without any is its name. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const { with: name, params, ...others } = value as { with?: unknown; params?: object };
  if (typeof name !== "string" || params === undefined) return pairs(value);
  return Object.keys(params).length === 0 ? name : pairs({ with: name, ...params, ...others });
}

function pairs(value: object): string {
  const text = (one: unknown) => (typeof one === "string" ? one : written(one));
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}: ${text(one)}`)
    .join(", ")}}`;
}

export function differenceText({ added, removed, changed }: Difference): string {
  const lines = [
    ...added.map(
      (one) =>
        `+ ${one.column} (${one.type}): ${one.action}, ${one.confidence.toFixed(2)}: ${one.reasons.join("; ")}`,
    ),
    ...removed.map((one) => `- ${one}`),
    ...changed.map((one) => `~ ${one.column}: ${one.before} became ${one.after}`),
  ];
  return lines.length === 0 ? "There is no difference." : lines.join("\n");
}
