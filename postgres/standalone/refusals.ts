import { resolveCname } from "node:dns/promises";
import type { Session } from "../connection";
import { lookAtServer, whyProduction, type ServerIdentity } from "../guard";
import { findOutbound } from "../isolate";
import type { Earlier } from "./marks";
import { otherClients, type Standing } from "./standing";

/** A production server that the configuration names. */
export interface NamedProduction {
  /** The platform's name of it. */
  name: string;
  /** Where it is named, e.g. `Pulumi.test.yaml`. */
  file: string;
  /** How it can be recognised, where the platform knows. */
  identity: ServerIdentity | undefined;
}

/** What a person said of the database that is to be sanitised. */
export interface Named {
  /** Its name, typed a second time. */
  confirm: string;
  /** The host that is dialled. */
  host: string;
  /** The host, typed a second time; wanted for managed servers. */
  server: string | undefined;
  productions: NamedProduction[];
  /** Names of our own sessions. */
  spared: string[];
  /** Whether sessions of others will be ended. */
  endSessions: boolean;
  /** Whether what calls out will be cut first. */
  isolate: boolean;
}

/**
 * Everything that speaks against sanitising this database in place, each as one sentence with what to do. Nothing when it may
 * be done. Reads only.
 */
export async function whyNotSanitise(
  session: Session,
  standing: Standing,
  earlier: Earlier,
  named: Named,
): Promise<string[]> {
  return [
    ...wrongName(standing, named),
    ...(await production(session, named)),
    ...replication(standing),
    ...(await clients(session, named)),
    ...(named.isolate ? [] : await callingOut(session, standing)),
    ...ofEarlierRuns(earlier),
    ...rights(standing, earlier),
  ];
}

function wrongName({ database, managed }: Standing, { confirm, host, server }: Named): string[] {
  const found: string[] = [];
  if (confirm !== database) {
    found.push(
      `--confirm says ${JSON.stringify(confirm)}, and the environment leads to the database ${JSON.stringify(database)}; type the name of the database that is to lose its data`,
    );
  }
  if (managed && server !== host) {
    found.push(
      `a managed service runs this server, and its labels cannot be read over a connection, so nothing here tells a copy from production; ` +
        `look it up in the service's console and, if it is a copy, type its host name: --server ${host}`,
    );
  }
  return found;
}

async function production(session: Session, { productions, host }: Named): Promise<string[]> {
  const seen = await lookAtServer(session);
  const names = await namesOf(host);
  const found: string[] = [];
  for (const { name, file, identity } of productions) {
    const label = names.find((one) => one.split(".")[0]?.toLowerCase() === name.toLowerCase());
    const same =
      label !== undefined ? `the host is ${label}` : identity && (await whyProduction(seen, identity));
    if (same) {
      found.push(`this is the production server ${name} of ${file} (${same}); production is only ever read`);
    }
  }
  return found;
}

/** A host's name and the names that it is an alias of. */
async function namesOf(host: string): Promise<string[]> {
  const names = [host];
  for (let i = 0; i < 5; i++) {
    const next = await resolveCname(names.at(-1) ?? host).catch(() => []);
    if (next[0] === undefined) break;
    names.push(next[0]);
  }
  return names;
}

function replication({ standby, receivers, slots, subscriptions }: Standing): string[] {
  const found: string[] = [];
  if (standby) {
    found.push(
      "the server is a standby of another one; promote it first (pg_promote), or make a copy that is none",
    );
  }
  if (receivers.length > 0) {
    found.push(
      `${receivers.length} standbys or subscribers receive this server's changes (${receivers.join(", ")}), so it is a primary in use; make a copy that has none`,
    );
  }
  for (const { name, active } of slots) {
    const state = active
      ? "in use"
      : "not in use, but whoever it was made for may come back, and it keeps old log";
    found.push(
      `the server has the replication slot ${name} (${state}); on a copy: select pg_drop_replication_slot('${name}')`,
    );
  }
  for (const name of subscriptions) {
    found.push(
      `the subscription ${name} is switched on and brings in rows from another server; on a copy: alter subscription ${name} disable`,
    );
  }
  return found;
}

async function clients(session: Session, named: Named): Promise<string[]> {
  if (named.endSessions) return [];
  const others = await otherClients(session, named.spared);
  if (others.length === 0) return [];
  const shown = others.map((one) => `${one.count} of ${JSON.stringify(one.name)} as ${one.user}`);
  return [
    `other sessions are on the database: ${shown.join(", ")}; stop what opened them, or end them with --end-sessions`,
  ];
}

/** What the sanitiser's own work would set off. */
async function callingOut(session: Session, standing: Standing): Promise<string[]> {
  const or = "or let --isolate cut what calls out, as the pipeline does";
  const found = standing.eventTriggers.map(
    (name) =>
      `the event trigger ${name} would fire on what is done; alter event trigger ${name} disable, ${or}`,
  );
  for (const view of standing.reachingViews) {
    found.push(
      `the materialised view ${view} reads foreign tables, and filling it anew would call out; drop it, or refresh materialized view ${view} with no data`,
    );
  }
  const run = ["view", "materialised view", "rule, default or check"];
  for (const way of (await findOutbound(session)).filter((one) => run.includes(one.kind))) {
    found.push(`the ${way.kind} ${way.name} calls out of the database; drop it, ${or}`);
  }
  return found;
}

function ofEarlierRuns({ whose, begun, provenAt }: Earlier): string[] {
  if (whose === "foreign") {
    return [
      'there is a schema "prodcopy" that is not ours, and the run keeps its journal under that name; rename it',
    ];
  }
  if (whose !== "elsewhere" || !begun) return [];
  return provenAt === undefined
    ? [
        "a run that began elsewhere (in the pipeline, or before this database was copied) was interrupted in this data; finish it there and copy again",
      ]
    : [
        `this data was sanitised elsewhere, at ${provenAt}: in the pipeline, or before it was copied. If raw data was loaded since: drop schema prodcopy cascade`,
      ];
}

function rights({ login, database, mayCreate, unreadable }: Standing, { whose }: Earlier): string[] {
  const found: string[] = [];
  if (!mayCreate && whose !== "ours") {
    found.push(`${login} may not create a schema here; grant create on database ${database} to ${login}`);
  }
  if (unreadable.length > 0) {
    found.push(
      `${login} may not read ${unreadable.length} tables, so what is in them cannot be proven: ${unreadable.join(", ")}; log in as their owner or a superuser`,
    );
  }
  return found;
}
