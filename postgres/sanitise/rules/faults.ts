/** Where something stands in a rules file; lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** One thing that is wrong with the rules, or that they do not say. */
export interface RuleFault {
  /** Where; the head of the file for something that is missing. */
  place: Place;
  /** What is refused, with the value, why, and what to do: one sentence or two, without the place. */
  message: string;
  /** `coverage` when a table or column of the database is not classified, so that a caller can say what is left to do. */
  kind: "shape" | "unknown name" | "does not fit" | "closure" | "coverage";
}

export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** Everything that is wrong with a rules file, together. Holds names from the rules and the catalogue, no row's value. */
export class RulesError extends Error {
  /** In the order in which they stand in the files. */
  readonly faults: readonly RuleFault[];

  constructor(
    faults: readonly RuleFault[],
    /** The rules file that was asked for. */
    file: string,
  ) {
    const sorted = [...faults].sort((a, b) => comparePlaces(a.place, b.place));
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    const lines = sorted.map((fault) => `  ${placeText(fault.place)}: ${fault.message}`);
    super(`The rules ${file} have ${count}; no row of the database was changed.\n${lines.join("\n")}`);
    this.name = "RulesError";
    this.faults = sorted;
  }
}

function comparePlaces(a: Place, b: Place): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
}
