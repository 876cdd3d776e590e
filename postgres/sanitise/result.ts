import type { Proof } from "../proof";

/** What the sanitise stage did to one database. Counts, names and times only: no values. */
export interface SanitiseResult {
  database: string;
  tables: TableResult[];
  coverage: { columns: number; masked: number; kept: number; truncatedOrDeleted: number };
  leakScan: {
    columnsScanned: number;
    rowsScanned: number;
    bytesScanned: number;
    /** What must not be in the copy: empty, or the run has failed. */
    findings: LeakFinding[];
    /** What may be a coincidence, or what the rules expect there: for a person to look at. */
    suspicious: LeakFinding[];
    seconds: number;
  };
  residue: { checks: Proof[]; notProven: string[] };
  constraints: { checked: number; kinds: Record<string, number> };
  /** Columns that hold paths or URLs of media: out of scope but not silent. */
  media: { column: string; references: number }[];
  packs: { name: string; applied: boolean; reason: string }[];
  seconds: number;
}

export interface TableResult {
  schema: string;
  table: string;
  /** How the table was brought to its end: one of the strategies that the report explains. */
  strategy:
    "rewrite" | "refill" | "truncate" | "delete" | "rewrite for dropped columns" | "kept" | "refreshed";
  /** Why this strategy, in words. */
  reason: string;
  rowsBefore: number;
  rowsAfter: number;
  seconds: number;
  columns: ColumnResult[];
}

export interface ColumnResult {
  column: string;
  type: string;
  action: "mask" | "keep";
  /** The transformation's name, e.g. `email`; undefined when kept. */
  with: string | undefined;
  /** Where the decision comes from: rules file or pack, with its line. */
  rule: string;
  /** How the leak scan went through it; undefined where nothing was left to look at. */
  scanned?: "taken apart" | "compared whole" | "holds no text";
}

export interface LeakFinding {
  schema: string;
  table: string;
  column: string;
  /** What was found: `value that stood here before`, `e-mail address outside the allowed domains`, ... */
  kind: string;
  count: number;
  /** Set when the column failed in the first rows and was not read to its end. */
  atLeast?: true;
  /** Primary key (or ctid) of one such row, so that a person can look; never the value itself. */
  exampleKey: string;
}
