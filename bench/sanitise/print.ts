import type { Measured } from "./arena";

/** The round of each with the least processor time, beside the floor; then where ours spends its time. */
export function printTable(size: string, planted: number, results: Measured[]): void {
  const names = [...new Set(results.map((one) => one.contestant))];
  const best = names.flatMap((name) => {
    const own = results.filter((one) => one.contestant === name).sort((a, b) => a.cpu - b.cpu);
    return own[0] === undefined ? [] : [{ ...own[0], most: own.at(-1)?.cpu ?? 0 }];
  });
  const floor = best.find((one) => one.contestant.startsWith("floor"));
  const ratio = (seconds: number) => (floor === undefined ? "" : (seconds / floor.seconds).toFixed(2));
  const mb = (bytes: number) => Math.round(bytes / 1e6).toLocaleString("en");
  const head = [
    "",
    "cpu s",
    "most",
    "floor =1",
    "seconds",
    "WAL MB",
    "MB after",
    `of ${planted} old values left`,
  ];
  const lines = best.map((one) => [
    one.contestant,
    one.cpu.toFixed(1),
    one.most.toFixed(1),
    floor === undefined ? "" : (one.cpu / floor.cpu).toFixed(2),
    one.seconds.toFixed(1),
    mb(one.walBytes),
    mb(one.sizeAfter),
    String(one.left),
  ]);
  console.log(`\n${size}, the least of ${results.length / names.length} rounds in processor time`);
  print([head, ...lines]);
  for (const one of best.filter((b) => b.phases.length > 0)) {
    console.log(`\n${one.contestant}, by phase, in seconds`);
    print(one.phases.map((phase) => [phase.phase, phase.seconds.toFixed(1), ratio(phase.seconds)]));
  }
  console.log("");
}

function print(lines: string[][]): void {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => (line[i] ?? "").length)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    );
  }
}
