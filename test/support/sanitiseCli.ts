import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Session } from "../../postgres/connection";
import { runCli, type Finished } from "./cli";
import { useScratchServer, type ScratchServer } from "./servers";

/** Values that must be nowhere but in the database before the run. */
export const canaries = {
  address: "carla.canary@real-mail.example.org",
  name: "Canaryfield",
  note: "Canary sings in the kitchen",
};

export const rules = `
database: any
allowed_domains: [example.invalid]
tables:
  'Odd "people"':
    keep: [kind]
    mask: { "E-mail": email, Last: last-name, note: redact }
  orders: { keep: [placed], mask: { contact: email } }
  token: truncate
`;

/** People with odd names of table and columns, orders that refer to them, a table that goes. */
export const schema = `
  create table "Odd ""people""" (id int primary key, kind text, "E-mail" varchar(80) unique, "Last" text, note text);
  create table orders (id int primary key, person int references "Odd ""people""", contact text, placed date);
  create table token (id int primary key, secret text);
  insert into "Odd ""people""" select i, 'member', 'person' || i || '@real-mail.example.org', 'Family' || i, 'note of ' || i
    from generate_series(1, 200) i;
  update "Odd ""people""" set "E-mail" = '${canaries.address}', "Last" = '${canaries.name}', note = '${canaries.note}' where id = 7;
  insert into orders select i, i, (select "E-mail" from "Odd ""people""" p where p.id = i), current_date from generate_series(1, 200) i;
  insert into token select i, 'secret-' || i from generate_series(1, 20) i;
  create view contacts as select p."E-mail", o.placed from orders o join "Odd ""people""" p on p.id = o.person;
`;

/** A database with that schema. */
export async function makeDatabase(server: ScratchServer, name: string): Promise<void> {
  await server.createDatabase(name);
  await server.as(name, (session) => session.query(schema));
}

/** How the command is told of it: a URL with the password in it. */
export function urlOf(
  server: ScratchServer,
  database: string,
  login: { user: string; password: string } = {
    user: server.handle.adminUser,
    password: server.adminPassword,
  },
): string {
  const e = encodeURIComponent;
  const { host, port } = server.handle;
  return `postgres://${e(login.user)}:${e(login.password)}@${host}:${port}/${e(database)}`;
}

/** A folder with the rules in a file and a home for the tool. */
export function makeWorkFolder(text = rules): { folder: string; file: string; home: string } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-cli-"));
  const file = path.join(folder, "rules.yaml");
  fs.writeFileSync(file, text);
  return { folder, file, home: path.join(folder, "home") };
}

/** Everything that shows whether a database was changed: rows, and objects by name. */
export async function fingerprint(session: Session): Promise<string> {
  const { rows } = await session.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const parts: string[] = [];
  for (const { name } of rows) {
    const { rows: sums } = await session.query<{ sum: string }>(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) as sum from ${name} t`,
    );
    parts.push(`${name} ${sums[0]?.sum}`);
  }
  return parts.join("\n");
}

/** The command on a scratch server of the test file, with a home of its own. */
export function useSanitiseCommand() {
  const server = useScratchServer();
  let work: ReturnType<typeof makeWorkFolder>;
  before(() => (work = makeWorkFolder()));
  after(() => fs.rmSync(work.folder, { recursive: true }));

  const env = (database: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: urlOf(server(), database),
    PRODCOPY_HOME: work.home,
    ...more,
  });
  const sanitise = (database: string, args: string[] = [], more: Record<string, string> = {}) =>
    runCli(["sanitise", "--rules", work.file, "--confirm", database, ...args], env(database, more));
  const quiet = ({ out, err }: Finished) => {
    for (const canary of [...Object.values(canaries), server().adminPassword]) {
      assert.ok(!(out + err).includes(canary), `${canary} was printed`);
    }
  };
  const stateOf = (database: string) => server().as(database, fingerprint);
  /** Runs it on a database, and expects a refusal that changes nothing and leaves nothing behind. */
  const refusedOn = async (
    database: string,
    args: string[],
    more: Record<string, string>,
    expected: RegExp,
  ): Promise<Finished> => {
    const before = await stateOf(database);
    const files = filesBelow(work.home);
    const ran = await runCli(["sanitise", "--rules", work.file, ...args], env(database, more));
    assert.match(ran.err, expected);
    assert.equal(ran.code, 1, ran.err);
    assert.equal(ran.out, "");
    quiet(ran);
    assert.equal(await stateOf(database), before);
    assert.deepEqual(filesBelow(work.home), files);
    return ran;
  };
  return { server, work: () => work, env, sanitise, quiet, stateOf, refusedOn };
}

/** Every file and folder below a folder; nothing where there is none. */
export function filesBelow(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort() : [];
}
