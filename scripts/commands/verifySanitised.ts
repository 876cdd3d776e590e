import * as path from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import type { ConnectionTarget, Session } from "../../postgres/connection";
import { databasesOfEnvironment } from "../../postgres/databaseUrl";
import type { RulesDocument } from "../../postgres/sanitise/rules/document";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { identityOf } from "../../postgres/standalone/standing";
import type { Finding, Verification } from "../../postgres/verifySanitised/verification";
import { verifySanitised } from "../../postgres/verifySanitised/verify";
import { Faults } from "../faults";
import { ExitError, exitCode, reportFailure } from "../outcome";
import { reading } from "../reading";
import { progress, say } from "../say";

export function registerVerifySanitised(program: Command): void {
  program
    .command("verify-sanitised")
    .description("prove that the database of the environment is sanitised; changes nothing")
    .requiredOption("--rules <file>", "the rules file")
    .option("--json", "print the verdict as JSON, for programs")
    .option(
      "--sample <rows>",
      "of larger tables compare only about so many rows cell by cell with the original; by default all are",
      rowCount,
    )
    .addHelpText(
      "after",
      "\nWith SOURCE_DATABASE_URL, the unsanitised original, it also compares: no identifying value is left, masked cells differ, " +
        "\nkept columns and row counts are the same. The original is read over a read-only session, and only keyed hashes of it cross over." +
        "\nExample:\n  $ DATABASE_URL=postgres://me@localhost/copy npx prodcopy verify-sanitised --rules rules.yaml --json",
    )
    .action((options: VerifyOptions) => act(options));
}

interface VerifyOptions {
  rules: string;
  json?: boolean;
  sample?: number;
}

async function act(options: VerifyOptions): Promise<void> {
  let result: Verification;
  try {
    result = await verify(options);
  } catch (error) {
    if (options.json !== true) throw error;
    say(JSON.stringify({ verdict: "refused", reasons: [(error as Error).message] }, null, 2));
    throw new ExitError(reportFailure(error));
  }
  if (options.json === true) say(JSON.stringify(result, null, 2));
  else tell(result);
  if (result.verdict === "failed") throw new ExitError(exitCode.refused);
}

async function verify({ rules: file, sample }: VerifyOptions): Promise<Verification> {
  const faults = new Faults();
  const databases = await faults.attempt(() => databasesOfEnvironment());
  const rules = await faults.attempt(() => loadRules(path.resolve(file)));
  if (databases === undefined || rules === undefined) throw new Error(faults.messages.join("\n"));
  const { database, source } = databases;
  if (source === undefined) return onSessions(database, undefined, rules, sample);
  return reading(source, { applicationName: "prodcopy verify-sanitised source", readOnly: true }, (session) =>
    onSessions(database, session, rules, sample),
  );
}

function onSessions(
  database: ConnectionTarget,
  source: Session | undefined,
  rules: RulesDocument,
  sample: number | undefined,
): Promise<Verification> {
  // Temporary tables can only be made where a session may write; when they are made, it may no more. Without the original none is needed.
  const options = { applicationName: "prodcopy verify-sanitised", readOnly: source === undefined };
  return reading(database, options, async (copy) => {
    if (source !== undefined && (await identityOf(copy)) === (await identityOf(source))) {
      throw new Error(
        "SOURCE_DATABASE_URL leads to the very database that is to be verified; give the unsanitised original. Nothing was looked at.",
      );
    }
    return verifySanitised({
      copy,
      source,
      rules,
      database: database.database,
      ...(sample === undefined ? {} : { sample }),
      log: progress,
    });
  });
}

function tell(result: Verification): void {
  const { verdict, database, findings, suspicious, notProven, compared, withSource, coverage, seconds } =
    result;
  say(
    `${verdict === "passed" ? "Passed" : "FAILED"}: ${database}, ${findings.length} findings in ${seconds.toFixed(1)} s`,
  );
  for (const one of findings) say(`- ${lineOf(one)}`);
  say(`${coverage.tables} tables, ${coverage.masked} of ${coverage.columns} columns masked`);
  if (withSource) {
    say(
      `Compared with the source: ${compared.rows} rows, ${compared.keptColumns} kept columns, ${compared.maskedCells} masked cells, ${compared.identifying} identifying values`,
    );
  }
  for (const one of suspicious) say(`To look at: ${lineOf(one)}`);
  for (const one of notProven) say(`Not proven: ${one}`);
}

/** `public.note.body: an e-mail address ..., 3 times, e.g. at id = 7` */
function lineOf({ schema, table, column, kind, count, exampleKey }: Finding): string {
  const place = [schema, table, column].filter((part) => part !== "").join(".");
  const times = count > 1 ? `, ${count} times` : "";
  return `${place === "" ? "" : `${place}: `}${kind}${times}${exampleKey === "" ? "" : `, e.g. at ${exampleKey}`}`;
}

function rowCount(text: string): number {
  if (!/^[1-9][0-9]{0,11}$/.test(text)) throw new InvalidArgumentError("It must be a whole number of rows.");
  return Number(text);
}
