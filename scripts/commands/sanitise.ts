import { InvalidArgumentError, type Command } from "commander";
import { ExitError, NeedsLookError, reportFailure } from "../outcome";
import { lookAtDatabase, type Looked } from "../sanitise/look";
import { makeFolders, readOrder, Refused, type Order, type SanitiseOptions } from "../sanitise/order";
import { runSanitise, type Ran } from "../sanitise/run";
import { keepLogins, planJson, planText, summaryJson, writeReport } from "../sanitise/tell";
import { progress, say } from "../say";

export function registerSanitise(program: Command): void {
  program
    .command("sanitise")
    .description("sanitise the database of the environment in place; it must be a copy")
    .requiredOption("--rules <file>", "the rules file")
    .requiredOption("--confirm <database>", "the database's name, typed: what it holds is replaced")
    .option("--json", "print the outcome as JSON, for programs")
    .option("--dry-run", "show what would be done with each table and column, and change nothing")
    .option(
      "--workers <n>",
      "sessions that work on tables side by side; by default one a processor",
      wholeNumber,
    )
    .option(
      "--room <size>",
      "how much may be written beside the data, such as 40GB; where the server cannot be asked how much is free",
      byteSize,
    )
    .option(
      "--end-sessions",
      "end the sessions of others on the database; without it they are a reason to refuse",
    )
    .option(
      "--isolate",
      "first cut what calls out of the database (triggers, functions, foreign servers, dblink)",
    )
    .option("--server <host>", "the server's host name, typed; wanted where a managed service runs it")
    .option("--report <folder>", "where the report goes; by default a new folder below PRODCOPY_HOME")
    .option(
      "--logins <file>",
      "where passwords of test logins go, if the rules name any; readable by you alone",
    )
    .addHelpText(
      "after",
      "\nThe database is the one of DATABASE_URL, or of PGHOST, PGDATABASE, PGSERVICE and their like; docs/sanitise.md says more." +
        "\nExample:\n  $ DATABASE_URL=postgres://me@localhost/copy npx prodcopy sanitise --rules rules.yaml --confirm copy",
    )
    .action((options: SanitiseOptions) => act(options));
}

async function act(options: SanitiseOptions): Promise<void> {
  try {
    const order = await readOrder(options);
    const looked = await lookAtDatabase(order);
    if (options.dryRun === true) {
      if (options.json === true) say(JSON.stringify(planJson(order, looked), null, 2));
      else say(planText(looked));
      return;
    }
    await sanitiseAndTell(order, looked);
  } catch (error) {
    if (options.json !== true || error instanceof ExitError) throw error;
    const { message } = error as Error;
    const verdict = error instanceof NeedsLookError ? "failed" : "refused";
    say(JSON.stringify({ verdict, reasons: error instanceof Refused ? error.reasons : [message] }, null, 2));
    throw new ExitError(reportFailure(error));
  }
}

async function sanitiseAndTell(order: Order, looked: Looked): Promise<void> {
  let ran: Ran;
  const takeAway = makeFolders(order);
  try {
    ran = await runSanitise(order, looked, progress);
  } catch (error) {
    if (error instanceof Refused) takeAway();
    if (error instanceof NeedsLookError) progress(`report: ${writeReport(order, looked, error).html}`);
    throw error;
  }
  const { logins, json, html } = written(order, looked, ran);
  if (order.options.json === true) {
    say(JSON.stringify(summaryJson(order, looked, ran, { report: html, reportJson: json, logins }), null, 2));
    return;
  }
  const { coverage, tables } = ran.result;
  const before = looked.earlier.provenAt;
  if (before !== undefined) {
    say(`This database was sanitised before, at ${before}: nothing was masked again.`);
  }
  say(
    `Sanitised ${order.target.database}: ${tables.length} tables, ${coverage.masked} of ${coverage.columns} columns masked, no leak found.`,
  );
  const { suspicious } = ran.result.leakScan;
  if (suspicious.length > 0) {
    say(`${suspicious.length} places to look at stand in the report: they may be coincidences.`);
  }
  if (logins !== undefined) say(`Passwords of test logins  ${logins}`);
  say(`Report  ${html}`);
}

/** @throws NeedsLookError: the database is sanitised all the same. */
function written(
  order: Order,
  looked: Looked,
  ran: Ran,
): { logins: string | undefined; json: string; html: string } {
  try {
    return { logins: keepLogins(order, ran), ...writeReport(order, looked, ran) };
  } catch (error) {
    throw new NeedsLookError(
      `${order.target.database} is sanitised, and the report or the file of test logins could not be written: ` +
        `${(error as Error).message}. The same command makes both again, with new passwords, and masks nothing twice.`,
    );
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]?$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 99.");
  return Number(text);
}

/** Units as PostgreSQL has them: 1 kB is 1024 bytes. */
function byteSize(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/i.exec(text) ?? [];
  if (number === "") throw new InvalidArgumentError("It must be a number with MB, GB or TB, such as 40GB.");
  const power = { mb: 2, gb: 3, tb: 4 }[unit.toLowerCase()] ?? 0;
  return Math.floor(Number(number) * 1024 ** power);
}
