import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import type { ConnectionTarget, Session } from "../../postgres/connection";
import { databaseOfEnvironment, databasesOfEnvironment } from "../../postgres/databaseUrl";
import { differenceFromRules, differenceOfDatabases } from "../../postgres/sanitise/draft/difference";
import { draftRules } from "../../postgres/sanitise/draft/draft";
import { explainColumn } from "../../postgres/sanitise/draft/explain";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { readRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { ExitError, exitCode } from "../outcome";
import { reading } from "../reading";
import {
  afterDraft,
  checkText,
  differenceText,
  draftSummary,
  explanationText,
  type Check,
} from "../rulesText";
import { progress, say } from "../say";

const environment =
  "\nThe database is the environment's: DATABASE_URL, or PGHOST, PGDATABASE, PGUSER and so on, a service file, ~/.pgpass. It is only read.";

export function registerRules(program: Command): void {
  const rules = program
    .command("rules")
    .description("draft, check and explain the rules that say what becomes of every column");
  registerDraft(rules);
  registerCheck(rules);
  registerExplain(rules);
  registerDiff(rules);
}

interface DraftFlags {
  json?: boolean;
  schema?: string[];
  out?: string;
}

function registerDraft(rules: Command): void {
  rules
    .command("draft")
    .description("write a first rules file from what the database looks like; values stay inside the server")
    .option(
      "--json",
      "print what was thought of each column: {action, with, confidence, reasons} by schema.table.column",
    )
    .option("--schema <names...>", "only these schemas")
    .option("--out <file>", "write to this file, which must not exist, instead of standard output")
    .addHelpText(
      "after",
      `${environment}\nExample:\n  $ DATABASE_URL=postgres://reader@host/app npx prodcopy rules draft --out rules/app.yaml`,
    )
    .action(async ({ json, schema, out }: DraftFlags) => {
      if (out !== undefined) assertNewFile(out);
      const target = databaseOfEnvironment();
      const draft = await asking(target, (session) =>
        draftRules(session, {
          ...(schema && { schemas: schema }),
          progress: progressOf("looking at tables"),
        }),
      );
      const text =
        json === true ? JSON.stringify(Object.fromEntries(draft.columns), null, 2) : draft.yaml.trimEnd();
      if (out === undefined) say(text);
      else fs.writeFileSync(out, `${text}\n`, { flag: "wx" });
      progress(draftSummary(draft));
      if (json === true) return;
      const toReview = draft.own.some(({ action }) => action === "review");
      progress(afterDraft(out, target.database, toReview));
    });
}

/** Before minutes are spent on what could not be kept. @throws when it exists, or could not be written. */
function assertNewFile(file: string): void {
  if (fs.existsSync(file)) throw new Error(`${file} exists and is left as it is: name another file`);
  const folder = path.dirname(path.resolve(file));
  try {
    if (!fs.statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new Error(`${file} cannot be written, because of its folder (${code}). Nothing was changed.`);
  }
}

function registerCheck(rules: Command): void {
  rules
    .command("check")
    .description(
      "say what the rules leave open, or what of them does not fit the database; exit code 1 if anything",
    )
    .requiredOption("--rules <file>", "the rules")
    .option("--json", "print {covered, tables, columns, masked, faults}")
    .addHelpText("after", `${environment}\nExample:\n  $ npx prodcopy rules check --rules rules/app.yaml`)
    .action(async ({ rules: file, json }: { rules: string; json?: boolean }) => {
      const check = await checkRules(file);
      say(json === true ? JSON.stringify(check, null, 2) : checkText(check, file));
      if (!check.covered) throw new ExitError(exitCode.refused);
    });
}

async function checkRules(file: string): Promise<Check> {
  try {
    const document = readRules(file);
    const target = databaseOfEnvironment();
    const plan = await asking(target, (session) => planDatabase(session, document, target.database));
    // Partitions are as their parents are; every other count leaves them out, too.
    const tables = plan.tables.filter((table) => table.partitionOf === undefined);
    const columns = tables.flatMap((table) => table.columns);
    const masked = columns.filter(({ action }) => action === "mask").length;
    return { covered: true, tables: tables.length, columns: columns.length, masked, faults: [] };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    const faults = error.faults.map(({ kind, message, place }) => ({ kind, message, ...place }));
    return { covered: false, tables: 0, columns: 0, masked: 0, faults };
  }
}

function registerExplain(rules: Command): void {
  rules
    .command("explain")
    .description("show what becomes of a column: the rule, the SQL, and the shape of values before and after")
    .argument("<column>", "table.column or schema.table.column")
    .requiredOption("--rules <file>", "the rules")
    .option("--json", "print the explanation as JSON")
    .addHelpText(
      "after",
      `${environment}\nExample:\n  $ npx prodcopy rules explain member.email --rules rules/app.yaml`,
    )
    .action(async (column: string, { rules: file, json }: { rules: string; json?: boolean }) => {
      const document = readRules(file);
      const explanation = await asking(databaseOfEnvironment(), (session) =>
        explainColumn(session, document, column),
      );
      say(json === true ? JSON.stringify(explanation, null, 2) : explanationText(explanation));
    });
}

function registerDiff(rules: Command): void {
  rules
    .command("diff")
    .description(
      "say what a release added: the database against SOURCE_DATABASE_URL (the older one), or against rules",
    )
    .option("--rules <file>", "compare with these rules instead of a second database")
    .option("--json", "print {added, removed, changed}")
    .addHelpText(
      "after",
      `${environment}\nExample:\n  $ SOURCE_DATABASE_URL=postgres://host/before DATABASE_URL=postgres://host/after npx prodcopy rules diff`,
    )
    .action(async ({ rules: file, json }: { rules?: string; json?: boolean }) => {
      const { database, source } = databasesOfEnvironment();
      if (file === undefined && source === undefined) {
        throw new Error(
          "There is nothing to compare with: set SOURCE_DATABASE_URL to the older database, or give --rules FILE.",
        );
      }
      const difference = await asking(database, (session) => {
        if (file !== undefined) return differenceFromRules(session, readRules(file));
        if (source === undefined) throw new Error("SOURCE_DATABASE_URL is not set");
        return asking(source, (older) => differenceOfDatabases(session, older));
      });
      say(json === true ? JSON.stringify(difference, null, 2) : differenceText(difference));
    });
}

function asking<T>(target: ConnectionTarget, use: (session: Session) => Promise<T>): Promise<T> {
  return reading(target, { applicationName: "prodcopy rules", readOnly: true }, use);
}

/** On a terminal one line that is written over; elsewhere nothing. */
function progressOf(what: string): (done: number, all: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done, all) => {
    process.stderr.write(`\r${what}: ${done + 1} of ${all}${done + 1 === all ? "\n" : ""}`);
  };
}
