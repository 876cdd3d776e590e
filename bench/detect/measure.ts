import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { readCatalogue } from "../../postgres/catalogue";
import { ident, run, withSession } from "../../postgres/connection";
import { detect } from "../../postgres/sanitise/detect/detect";
import { ensureSample, resetSample, sampleNames } from "../../platforms/local/sample";
import { fixtureFile, type FixtureName } from "../../test/support/fixtures";
import { sampleTarget } from "../../test/support/sample";
import {
  makeScratchHome,
  removeScratchHome,
  startScratchServer,
  type ScratchServer,
} from "../../test/support/servers";
import { labelNames, labelsOf, readLabels, type Labels } from "./labels";
import { createStatements, namedSchemas, readNames, type NamedTable } from "./names";
import { madeRows, withoutNames } from "./rows";
import { score, type Score } from "./score";

/** The files of the fixtures of others, in the order in which they are loaded. */
const fixtures: Record<string, `${FixtureName}/${string}`[]> = {
  cda: ["cda/2025-08-12.cda_postgresql_schema.sql"],
  cobalt: ["cobalt/cobalt_schema.sql"],
  dataregistry: ["dataregistry/production_dump_3_4_0.sql", "dataregistry/working_dump_3_4_0.sql"],
  mymove: ["mymove/re_schema_and_services.sql", "mymove/stage_ghc_pricing.sql"],
  pagila: ["pagila/pagila.sql"],
};

export interface MeasureOptions {
  /** Names of schemas, divided by commas; all when left out. */
  only?: string | undefined;
  /** Puts made-up rows into the schemas of names, which are empty otherwise. */
  rows?: boolean;
  /** Leaves the schemas of names nothing but their rows: tables and columns are numbered, keys are gone. Others are left out. */
  opaque?: boolean;
}

const rowsEach = 100;

/** Loads every labelled schema (or only some) into a server of its own and scores the detector on it. */
export async function measure({ only, rows = false, opaque = false }: MeasureOptions): Promise<{
  scores: Score[];
  missing: string[];
}> {
  const home = await makeScratchHome();
  const scores: Score[] = [];
  const missing: string[] = [];
  try {
    const server = await startScratchServer(home, "detect");
    const wanted = (one: string) => only === undefined || only.split(",").includes(one);
    for (const name of namedSchemas().filter(wanted)) {
      await server.createDatabase(name);
      const named = readNames(name);
      const made = opaque ? withoutNames(named) : named;
      await makeNamed(server, name, made, rows || opaque ? named : undefined);
      scores.push(await scoreOf(name, server.target(name), labelsOf(made)));
    }
    for (const name of opaque ? [] : labelNames().filter(wanted)) {
      if (name === "sample") {
        await ensureSample(home, { members: 300 }, () => undefined);
        const target = { ...(await sampleTarget(home, "productionAdmin")), database: sampleNames.database };
        scores.push(await scoreOf(name, target));
        await resetSample(home);
        continue;
      }
      const files = filesOf(name);
      if (files === undefined) {
        missing.push(`${name}: the fixture is not on this machine; PRODCOPY_FIXTURES names its folder`);
        continue;
      }
      await server.createDatabase(name);
      for (const file of files) await load(server, name, file);
      scores.push(await scoreOf(name, server.target(name)));
    }
  } finally {
    await removeScratchHome(home);
  }
  return { scores, missing };
}

function filesOf(name: string): string[] | undefined {
  const files = fixtures[name]?.map((file) => fixtureFile(file)) ?? [
    path.join(__dirname, "schemas", `${name}.sql`),
  ];
  return files.every((file) => file !== undefined) ? files : undefined;
}

/** Makes the tables; with rows as `named`, the same tables under their own names, would have them. Keys come last. */
async function makeNamed(
  server: ScratchServer,
  name: string,
  made: NamedTable[],
  named: NamedTable[] | undefined,
): Promise<void> {
  await withSession(server.target(name), { applicationName: "bench detect" }, async (session) => {
    const [tables, keys] = createStatements(made);
    for (const statement of tables) await run(session, "making the tables", statement);
    for (const [t, table] of (named ?? []).entries()) {
      const into = made[t]?.name ?? table.name;
      const all = madeRows(table, named ?? [], rowsEach, t + 1);
      const places = table.columns.map((_, c) => `$${c + 1}`).join(", ");
      for (const values of all) {
        await run(session, "writing rows", `insert into ${ident(into)} values (${places})`, values);
      }
    }
    for (const statement of keys) await run(session, "adding keys", statement);
  });
}

/** Errors for roles and settings that are not here are of no matter; whether the columns are there, the labels tell. */
async function load(server: ScratchServer, database: string, file: string): Promise<void> {
  const { host, port, user, password } = server.target(database);
  const args = ["-X", "-q", "-h", host, "-p", String(port), "-U", user, "-d", database, "-f", file];
  await promisify(execFile)("psql", args, {
    env: { ...process.env, PGPASSWORD: password },
    maxBuffer: 64 * 1024 * 1024,
  });
}

async function scoreOf(
  name: string,
  target: ReturnType<ScratchServer["target"]>,
  labels: Labels = readLabels(name),
): Promise<Score> {
  return withSession(target, { applicationName: "bench detect", readOnly: true }, async (session) => {
    const started = Date.now();
    const detection = await detect(session, await readCatalogue(session, target.database));
    return score(name, labels, detection, (Date.now() - started) / 1000);
  });
}
