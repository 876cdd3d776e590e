/** Something that must not be so in a sanitised database. Names and counts, never a value. */
export interface Finding {
  /** Which proof failed. */
  check: "coverage" | "patterns" | "rows" | "kept" | "masked" | "identifying" | "unfinished";
  schema: string;
  table: string;
  /** Empty where the whole table is meant. */
  column: string;
  /** What was found, in words. */
  kind: string;
  count: number;
  /** The key of one such row, where a row is meant. */
  exampleKey: string;
}

/** What `prodcopy verify-sanitised` found. */
export interface Verification {
  verdict: "passed" | "failed";
  database: string;
  /** Whether it was compared with the unsanitised original. */
  withSource: boolean;
  coverage: { tables: number; columns: number; masked: number; kept: number };
  findings: Finding[];
  /** What may be a coincidence: for a person to look at. */
  suspicious: Finding[];
  scanned: { columns: number; bytes: number };
  /** How much was compared with the source: rows counted, kept columns, masked cells, different identifying values. */
  compared: { rows: number; keptColumns: number; maskedCells: number; identifying: number };
  notProven: string[];
  seconds: number;
}

export function finding(
  check: Finding["check"],
  { schema, table }: { schema: string; table: string },
  column: string,
  kind: string,
  count = 1,
  exampleKey = "",
): Finding {
  return { check, schema, table, column, kind, count, exampleKey };
}
