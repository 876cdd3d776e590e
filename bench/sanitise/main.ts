import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { Command } from "commander";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { startServer, stopServer, withSocketSession } from "../../platforms/local/server";
import { measure, plantedValues, type Ground, type Measured } from "./arena";
import { floor } from "./floor";
import { ours } from "./ours";
import { printTable } from "./print";
import { pynonymizer } from "./pynonymizer";
import { manyTables, narrowRows, sample, type Workload } from "./shapes";
import { database } from "./source";
import { updateAndVacuum, updatePerColumn } from "./updates";

interface Options {
  size?: string[];
  rows?: string[];
  columns: string[];
  tables?: string[];
  rounds: string;
  workers?: string[];
  only?: string;
  folder: string;
}

const command = new Command("bench:sanitise")
  .description(
    "Sanitises a database: ours, the floor, and the others, in turns, each on a fresh copy of the same files.",
  )
  .option(
    "--size <size...>",
    "the sample, of about this size, such as 100MB; several show how time grows (default: 1GB)",
  )
  .option("--rows <n...>", "one table of so many short rows instead")
  .option("--columns <n...>", "with --rows: how many of its four columns are masked", ["4"])
  .option("--tables <n...>", "so many tables of twenty rows instead")
  .option("--rounds <n>", "how often each runs; the table shows the one with the least processor time", "3")
  .option("--workers <n...>", "also ours with this many sessions side by side")
  .option("--only <words>", "only those whose name contains one of these words, divided by commas")
  .option(
    "--folder <folder>",
    "where samples are kept for the next time",
    path.join(os.tmpdir(), "prodcopy-bench"),
  );

async function main(options: Options): Promise<void> {
  await fs.mkdir(options.folder, { recursive: true });
  for (const workload of workloadsOf(options)) await contest(workload, options);
  console.log(
    "PostgreSQL Anonymizer: not run; Debian's packages do not carry it, and its sources need Rust's pgrx",
  );
}

function workloadsOf({ size, rows, columns, tables, folder }: Options): Workload[] {
  const sizes = size ?? (rows === undefined && tables === undefined ? ["1GB"] : []);
  return [
    ...sizes.map((one) => sample(folder, one, bytesOf(one), console.log)),
    ...(rows ?? []).flatMap((n) => columns.map((k) => narrowRows(folder, Number(n), Number(k), console.log))),
    ...(tables ?? []).map((n) => manyTables(folder, Number(n), console.log)),
  ];
}

/** Everybody who is wanted, on one workload. */
async function contest(workload: Workload, options: Options): Promise<void> {
  const source = await workload.source();
  const rules = await loadRules(await workload.rules());
  const planOf = ({ copy }: Pick<Ground, "copy">) => planDatabase(copy, rules, database);
  const all = [
    ours(planOf, undefined),
    ...(options.workers ?? []).map((n) => ours(planOf, Number(n))),
    floor(planOf),
    updatePerColumn(planOf),
    updateAndVacuum(planOf),
    await pynonymizer(planOf, options.folder),
  ];
  const words = options.only?.split(",");
  const wanted = all.filter((one) => words === undefined || words.some((word) => one.name.includes(word)));
  const handle = await startServer(source);
  const needles = await withSocketSession(handle, database, (session) =>
    plantedValues(session, workload.planted),
  );
  await stopServer(source);
  const results: Measured[] = [];
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    for (const contestant of wanted.filter((one) => one.absent === undefined)) {
      const one = await measure(source, options.folder, contestant, needles).catch((error: unknown) => {
        contestant.absent = `it failed: ${String(error).split("\n")[0]}`;
      });
      if (one === undefined) continue;
      results.push(one);
      console.log(
        `${workload.name}, round ${round}: ${one.contestant} ${one.seconds.toFixed(1)} s, ${one.cpu.toFixed(1)} s of processor time`,
      );
    }
  }
  printTable(workload.name, needles.length, results);
  for (const one of wanted) if (one.absent !== undefined) console.log(`${one.name}: absent, ${one.absent}`);
}

/** @throws for what is no size. */
function bytesOf(size: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(kb|mb|gb)$/i.exec(size);
  if (found === null) {
    throw new Error(`--size ${size}: a number with MB or GB is wanted, such as 500MB or 1GB`);
  }
  return (
    Number(found[1]) * { kb: 1e3, mb: 1e6, gb: 1e9 }[(found[2] ?? "mb").toLowerCase() as "kb" | "mb" | "gb"]
  );
}

main(command.parse().opts<Options>()).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
