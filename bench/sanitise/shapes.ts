import * as fs from "node:fs/promises";
import * as path from "node:path";
import { run, type Session } from "../../postgres/connection";
import type { Log } from "../../postgres/proof";
import { readServer, removeServer, stopServer, withSocketSession } from "../../platforms/local/server";
import { copyServer, database, sourceOf } from "./source";

/** What is sanitised: a stopped server, the rules for it, and which of its values are looked for in the files afterwards. */
export interface Workload {
  name: string;
  /** Makes the source, unless it stands there from an earlier call. Answers its folder. */
  source: () => Promise<string>;
  /** A file of rules. */
  rules: () => Promise<string>;
  /** SQL that answers up to a thousand masked values, as `v`. */
  planted: string;
}

/** The sample production, of about so many bytes: 41 tables, most of it one of mail. */
export function sample(folder: string, size: string, bytes: number, log: Log): Workload {
  return {
    name: size,
    source: () => sourceOf(folder, bytes, log),
    rules: () => Promise.resolve(path.resolve(__dirname, "../../rules/sample.yaml")),
    planted: `select v from (
       select distinct on (v) v from (
         (select email::text as v from member where email like '%_@_%' order by id desc limit 400)
         union all (select mobile::text from member where mobile is not null order by id desc limit 200)
         union all (select recipient from abstract_email order by id limit 200)
         union all (select card_token from payment where card_token is not null order by id limit 200)
         union all (select "E-Mail" from "Archive"."Mitglieder 1998" where "E-Mail" is not null limit 100)
       ) a where length(v) >= 8) b where v not like 'noemail@%' order by md5(v) limit 1000`,
  };
}

/** Columns of a narrow table in the order in which they are masked. */
const narrow = ["email", "last_name", "phone", "city"] as const;
const masks = { email: "email", last_name: "last-name", phone: "phone", city: "city" } as const;

/** One table of short rows, in which what is done for each row counts and not what is done for each byte. */
export function narrowRows(folder: string, rows: number, columns: number, log: Log): Workload {
  const masked = narrow.slice(0, columns);
  const kept = ["account", ...narrow.slice(columns)];
  return {
    name: `${rows} narrow rows, ${columns} columns masked`,
    source: () =>
      built(folder, `narrow-${rows}`, log, async (session) => {
        await run(
          session,
          "making narrow rows",
          `create table person (id bigint primary key, email text not null unique, last_name varchar(60) not null, phone varchar(30), city varchar(60), account text not null);
           insert into person select i, 'u' || md5(i::text) || '@mail' || i % 50 || '.example', initcap(translate(left(md5('n' || i % 90000), 8), '0123456789', 'aeioubdfgk')),
             '04' || lpad((i * 7919 % 100000000)::text, 8, '0'), initcap(translate(left(md5('c' || i % 3000), 7), '0123456789', 'rstlnaeiou')), 'open'
             from generate_series(1, ${rows}) i;
           create index on person (last_name)`,
        );
      }),
    rules: () => rulesFile(folder, `narrow-${columns}`, [["person", kept, masked.map((c) => [c, masks[c]])]]),
    planted: "select email as v from person order by md5(email) limit 1000",
  };
}

/** Many tables of a few rows, in which what is done for each table counts. */
export function manyTables(folder: string, tables: number, log: Log): Workload {
  const name = (i: number) => `register_${String(i).padStart(5, "0")}`;
  const all = Array.from({ length: tables }, (_, i) => name(i));
  return {
    name: `${tables} tables`,
    source: () =>
      built(folder, `tables-${tables}`, log, async (session) => {
        for (const table of all) {
          await run(
            session,
            `making ${table}`,
            `create table ${table} (id int primary key, full_name text not null, email varchar(80) not null, state text not null);
             insert into ${table} select i, 'Ann ' || initcap(translate(left(md5('${table}' || i), 9), '0123456789', 'aeioubdfgk')),
               md5('${table}' || i) || '@home.example', 'open' from generate_series(1, 20) i`,
          );
        }
      }),
    rules: () =>
      rulesFile(
        folder,
        `tables-${tables}`,
        all.map((table) => [
          table,
          ["state"],
          [
            ["full_name", "full-name"],
            ["email", "email"],
          ],
        ]),
      ),
    planted: `select email as v from ${all[0]} union all select email from ${all.at(-1)}`,
  };
}

type TableRules = [table: string, kept: string[], masked: (readonly [column: string, mask: string])[]];

async function rulesFile(folder: string, name: string, tables: TableRules[]): Promise<string> {
  const file = path.join(folder, `rules-${name}.yaml`);
  const entries = tables.map(
    ([table, kept, masked]) =>
      `  ${table}:\n    keep: [${kept.join(", ")}]\n    mask: { ${masked.map(([c, mask]) => `${c}: ${mask}`).join(", ")} }\n`,
  );
  await fs.writeFile(
    file,
    `database: ${database}\nallowed_domains: [example.invalid]\ntables:\n${entries.join("")}`,
  );
  return file;
}

/** A stopped server with a database of our own making, on the roles of a small sample. */
async function built(
  folder: string,
  name: string,
  log: Log,
  fill: (session: Session) => Promise<void>,
): Promise<string> {
  const dir = path.join(folder, name);
  const ready = path.join(dir, "ready");
  if (await fs.stat(ready).catch(() => undefined)) return dir;
  const { dataDirectory, adminUser } = await readServer(await sourceOf(folder, 1e6, log));
  log(`building ${name}; it is kept in ${dir} for the next time`);
  await removeServer(dir);
  const handle = await copyServer(dataDirectory, dir, adminUser);
  await withSocketSession(handle, "postgres", async (session) => {
    await session.query(`drop database ${database}`);
    await session.query(`create database ${database}`);
  });
  await withSocketSession(handle, database, async (session) => {
    await fill(session);
    await session.query("vacuum (analyze)");
  });
  await stopServer(dir);
  await fs.writeFile(ready, "");
  return dir;
}
