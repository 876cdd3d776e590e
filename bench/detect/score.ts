import type { Finding } from "../../postgres/sanitise/detect/finding";
import { columnKey } from "../../postgres/sanitise/rules/lookup";
import type { Detection } from "../../postgres/sanitise/detect/detect";
import type { Labels } from "./labels";

/** One labelled schema's result. */
export interface Score {
  name: string;
  heldOut: boolean;
  columns: number;
  seconds: number;
  /** By class: labelled, and of these found. */
  classes: Map<string, { labelled: number; found: number }>;
  masked: number;
  reviewed: number;
  /** Masked columns that are labelled, and all of them that count. */
  right: number;
  counted: number;
  misses: string[];
  falseAlarms: string[];
  /** Labels of columns that do not exist: a mistake in the labels. */
  unknown: string[];
}

export function score(name: string, labels: Labels, detection: Detection, seconds: number): Score {
  const result: Score = {
    name,
    heldOut: labels.heldOut,
    columns: detection.findings.size,
    seconds,
    classes: new Map(),
    masked: 0,
    reviewed: 0,
    right: 0,
    counted: 0,
    misses: [],
    falseAlarms: [],
    unknown: [],
  };
  const seen = new Set<string>();
  for (const table of detection.index.ruled) {
    for (const column of table.columns) {
      const finding = detection.findings.get(columnKey(table, column.name));
      if (finding === undefined) continue;
      const at = labels.keys(table.schema, table.name, column.name);
      at.forEach((one) => seen.add(one));
      const label = at.map((one) => labels.personal.get(one)).find((one) => one !== undefined);
      const either = at.some((one) => labels.either.has(one));
      add(result, finding, `${table.schema}.${table.name}.${column.name}`, label, either);
    }
  }
  const all = [...labels.personal.keys(), ...labels.either];
  result.unknown = all.filter((one) => !seen.has(one));
  return result;
}

function add(
  result: Score,
  finding: Finding,
  name: string,
  label: string | undefined,
  either: boolean,
): void {
  const masked = finding.action === "mask";
  const why = `${name}: ${finding.action} ${finding.kind ?? ""} ${finding.confidence} (${finding.reasons.join("; ")})`;
  if (masked) result.masked++;
  if (finding.action === "review") result.reviewed++;
  if (label !== undefined) {
    const one = result.classes.get(label) ?? { labelled: 0, found: 0 };
    result.classes.set(label, { labelled: one.labelled + 1, found: one.found + (masked ? 1 : 0) });
    if (!masked) result.misses.push(`${label} ${why}`);
  }
  if (!masked || either) return;
  result.counted++;
  if (label !== undefined) result.right++;
  else result.falseAlarms.push(why);
}

const percent = (part: number, whole: number) =>
  whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;

/** As text; one line a schema, one a class, and with `names` what was missed and what was a false alarm. */
export function scoreTable(scores: Score[], names: boolean): string {
  const lines = ["schema           columns  personal  recall   precision  masked  review  seconds"];
  const line = (name: string, all: Score[]) => {
    const sum = (of: (one: Score) => number) => all.reduce((total, one) => total + of(one), 0);
    const labelled = sum((one) => total(one, "labelled"));
    const cells = [
      name.padEnd(16),
      String(sum((one) => one.columns)).padStart(7),
      String(labelled).padStart(9),
      percent(
        sum((one) => total(one, "found")),
        labelled,
      ).padStart(8),
      percent(
        sum((one) => one.right),
        sum((one) => one.counted),
      ).padStart(10),
      String(sum((one) => one.masked)).padStart(8),
      String(sum((one) => one.reviewed)).padStart(7),
      sum((one) => one.seconds)
        .toFixed(1)
        .padStart(8),
    ];
    return cells.join(" ");
  };
  for (const one of scores) lines.push(line(`${one.name}${one.heldOut ? "*" : ""}`, [one]));
  if (scores.length > 1) lines.push(line("all", scores), "", "* held out: not looked at while tuning");
  lines.push("", "class        labelled   found  recall");
  const classes = [...new Set(scores.flatMap((one) => [...one.classes.keys()]))].sort();
  for (const name of classes) {
    const labelled = scores.reduce((sum, one) => sum + (one.classes.get(name)?.labelled ?? 0), 0);
    const found = scores.reduce((sum, one) => sum + (one.classes.get(name)?.found ?? 0), 0);
    lines.push(
      `${name.padEnd(12)} ${String(labelled).padStart(8)} ${String(found).padStart(7)} ${percent(found, labelled).padStart(8)}`,
    );
  }
  for (const one of scores) {
    const list = (title: string, all: string[]) => {
      if (all.length > 0) lines.push("", `${one.name}: ${title}`, ...all.map((entry) => `  ${entry}`));
    };
    list("labels of no column", one.unknown);
    if (names && !one.heldOut) {
      list("missed", one.misses);
      list("false alarms", one.falseAlarms);
    }
  }
  return lines.join("\n");
}

/** The share of labelled columns that are masked, from 0 to 1; 1 where nothing is labelled. */
export function recallOf(one: Score): number {
  const labelled = total(one, "labelled");
  return labelled === 0 ? 1 : total(one, "found") / labelled;
}

/** The share of masked columns that are labelled; 1 where nothing is masked. */
export function precisionOf(one: Score): number {
  return one.counted === 0 ? 1 : one.right / one.counted;
}

function total(one: Score, what: "labelled" | "found"): number {
  return [...one.classes.values()].reduce((sum, each) => sum + each[what], 0);
}
