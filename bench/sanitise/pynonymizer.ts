import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { run, withTransaction } from "../../postgres/connection";
import type { ColumnPlan, SanitisePlan } from "../../postgres/sanitise/plan";
import { removeRows } from "../../postgres/sanitise/rewrite";
import { nameOf, type TableWork } from "../../postgres/sanitise/work";
import { postgresPrograms } from "../../platforms/local/server/program";
import type { Contestant, Ground } from "./arena";
import { given, isRewritten } from "./common";
import { database } from "./source";

const execute = promisify(execFile);

/** The newest version that updates each table once: from 2.0 to 2.5 it goes over all tables once for every table. */
const version = "1.25.0";

/**
 * pynonymizer's step on the database, in place, in an environment of its own from PyPI. It knows no conditions, no words within
 * texts, and nothing that is consistent between tables, so its task is the easier one: its own fakes for names and
 * addresses, a plain expression elsewhere. Rows that the rules delete are deleted for it, by ours.
 */
export async function pynonymizer(
  planOf: (ground: Ground) => Promise<SanitisePlan>,
  folder: string,
): Promise<Contestant> {
  const name = "pynonymizer, in place";
  const programs = path.join(folder, `pynonymizer-${version}`, "bin");
  const absent = await install(programs).catch((error: Error) => error.message.split("\n")[0]);
  return {
    name,
    ...(absent === undefined ? {} : { absent }),
    async run(ground) {
      const { copy, handle } = ground;
      const plan = await ground.untimed(() => planOf(ground));
      const works = await given(ground, plan);
      const strategy = path.join(folder, "pynonymizer.json");
      await ground.untimed(async () => {
        // It silences no triggers itself; its sessions take this from the database.
        await run(
          copy,
          "silencing triggers",
          `alter database ${database} set session_replication_role = replica`,
        );
        await fs.writeFile(strategy, JSON.stringify(strategyOf(plan, works)));
      });
      await withTransaction(copy, () => removeRows(copy, works));
      const { binFolder } = await postgresPrograms();
      const where = ["--db-host", handle.socketDirectory, "--db-port", String(handle.port)];
      const what = ["--strategy", strategy, "--db-type", "postgres", "--only-step", "ANONYMIZE_DB"];
      await execute(
        path.join(programs, "pynonymizer"),
        [...what, ...where, "--db-name", database, "--db-user", handle.adminUser],
        { env: { ...process.env, PATH: `${binFolder}:${process.env.PATH ?? ""}` }, maxBuffer: 2 ** 28 },
      );
      return [];
    },
  };
}

/** Undefined when it is there, or why not. */
async function install(programs: string): Promise<string | undefined> {
  const { binFolder } = await postgresPrograms();
  if (!(await fs.stat(path.join(binFolder, "psql")).catch(() => undefined))) {
    return `it needs psql, and ${binFolder} has none`;
  }
  if (await fs.stat(path.join(programs, "pynonymizer")).catch(() => undefined)) return undefined;
  await execute("python3", ["-m", "venv", path.dirname(programs)]);
  await execute(path.join(programs, "pip"), ["install", "--quiet", `pynonymizer==${version}`]);
  return undefined;
}

/** Tables and columns as its strategy file names them. It does not quote names, so the old schema with spaces and quotes is spared it. */
function strategyOf(plan: SanitisePlan, works: TableWork[]): unknown {
  const tables = works
    .filter((work) => isRewritten(work) && work.schema === "public")
    .flatMap((work) => {
      const planned = plan.tables.find((table) => nameOf(table) === nameOf(work));
      const columns = (planned?.columns ?? [])
        .filter((column) => column.action === "mask")
        .map((column) => ({ column_name: column.name, ...how(column) }));
      if (columns.length === 0) return [];
      return [{ table_name: work.table, schema: work.schema, type: "update_columns", columns }];
    });
  return { tables };
}

function how(column: ColumnPlan): Record<string, string> {
  const most = Number(/\((\d+)\)/.exec(column.type)?.[1] ?? "200");
  const literal = (value: string) => ({ type: "literal", value: `(${value})` });
  const fake = (fake_type: string) => ({ type: "fake_update", fake_type });
  const id = `("updatetarget"."id")::text`;
  if (column.type.endsWith("[]")) return literal("'{}'");
  if (/^json/.test(column.type)) return literal("'{}'");
  if (column.type === "uuid") return literal("gen_random_uuid()");
  if (column.type === "bytea") return literal("'\\x00'");
  if (column.type === "inet") return literal("'198.51.100.7'");
  if (/^(date|time)/.test(column.type)) return literal("'1980-01-01'");
  if (column.mask?.with === "null" && !column.notNull) return literal("null");
  switch (column.mask?.with) {
    case "email":
    case "email-list":
      return most < 80
        ? literal("left(md5(random()::text), 20) || '@example.invalid'")
        : { type: "unique_email" };
    case "username":
      return { type: "unique_login" };
    case "first-name":
      return fake("first_name");
    case "last-name":
      return fake("last_name");
    case "full-name":
      return most < 60 ? fake("first_name") : fake("name");
    case "city":
      return fake("city");
    case "company":
      return fake("company");
    case "phone":
      return literal(column.notNull || most < 10 ? "'0'" : `'04' || lpad(${id}, 8, '0')`);
    case "digits":
      return literal(`left('0000000000', ${Math.min(most, 4)})`);
    default:
      return literal(`left('redacted', ${most})`);
  }
}
