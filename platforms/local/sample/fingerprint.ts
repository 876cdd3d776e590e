import { createHash } from "node:crypto";
import { qualified, rows, type Session } from "../../../postgres/connection";

/** A server and one database on it, as hashes: equal before and after means that nothing was changed. Holds no value. */
export interface Fingerprint {
  /** Over all parts. */
  hash: string;
  /** One hash a part: `roles`, `verifiers`, `table public.member`, ... */
  parts: Record<string, string>;
}

/** What is asked of the catalogue; every answer is one text. Positions in the write-ahead log move on an idle server and are left out, but for what a slot's reader has confirmed. */
const questions: Record<string, string> = {
  roles: `select string_agg(format('%s', (rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
            rolconnlimit, rolvaliduntil, rolbypassrls, shobj_description(oid, 'pg_authid'))), ';' order by rolname) from pg_authid`,
  verifiers:
    "select string_agg(rolname || '=' || coalesce(rolpassword, ''), ';' order by rolname) from pg_authid",
  memberships: `select string_agg(format('%s', (roleid::regrole, member::regrole, admin_option)), ';'
            order by roleid::regrole::text, member::regrole::text) from pg_auth_members`,
  settings: `select string_agg(format('%s', (name, setting)), ';' order by name) from pg_settings
            where source in ('configuration file', 'command line')`,
  "role settings": `select string_agg(format('%s', (d.datname, s.setrole::regrole, s.setconfig)), ';' order by d.datname, s.setrole::regrole::text)
            from pg_db_role_setting s left join pg_database d on d.oid = s.setdatabase`,
  databases: `select string_agg(format('%s', (datname, datdba::regrole, datallowconn, datconnlimit, datacl, shobj_description(oid, 'pg_database'))),
            ';' order by datname) from pg_database`,
  tables: `select string_agg(format('%s', (n.nspname, c.relname, c.relkind, c.relowner::regrole, c.relacl, a.attname, a.attnum, a.attacl,
            format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated)), ';' order by n.nspname, c.relname, a.attnum)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
            where n.nspname !~ '^(pg_|information_schema)'`,
  constraints: `select string_agg(conrelid::regclass || pg_get_constraintdef(oid), ';' order by conrelid::regclass::text, conname)
            from pg_constraint`,
  comments: `select string_agg(format('%s', (classoid::regclass, pg_describe_object(classoid, objoid, objsubid), description)), ';'
            order by pg_describe_object(classoid, objoid, objsubid)) from pg_description
            where objoid >= 16384`,
  functions: `select string_agg(oid::regprocedure || prosrc, ';' order by oid::regprocedure::text) from pg_proc where oid >= 16384`,
  triggers: `select string_agg(t, ';' order by t) from (
            select pg_get_triggerdef(oid) || tgenabled::text from pg_trigger where not tgisinternal
            union all select evtname || evtenabled::text from pg_event_trigger) as all_triggers (t)`,
  sequences: `select string_agg(format('%s', (schemaname, sequencename, last_value)), ';' order by schemaname, sequencename) from pg_sequences`,
  slots: `select string_agg(format('%s', (slot_name, plugin, database, confirmed_flush_lsn)), ';' order by slot_name) from pg_replication_slots`,
  publications: `select string_agg(format('%s', (pubname, schemaname, tablename)), ';' order by pubname, schemaname, tablename) from pg_publication_tables`,
  subscriptions: `select string_agg(format('%s', (subname, subenabled, subconninfo, subslotname, subpublications)), ';' order by subname) from pg_subscription`,
  "foreign servers": `select string_agg(format('%s', (srvname, srvoptions, umuser::regrole, umoptions)), ';' order by srvname, umuser::regrole::text)
            from pg_foreign_server s left join pg_user_mapping u on u.umserver = s.oid`,
  "prepared transactions":
    "select string_agg(format('%s', (gid, owner, database)), ';' order by gid) from pg_prepared_xacts",
  "large objects": `select count(*) || ':' || coalesce(sum(hashtextextended(encode(lo_get(oid), 'hex'), oid::bigint)::numeric), 0)
            from pg_largeobject_metadata`,
};

/**
 * Takes the fingerprint of the session's server and database: roles with their verifiers, settings, structure, every row,
 * sequences, slots, subscriptions. Only reads, so a read-only session will do; the session must be a superuser's, because
 * verifiers are among it. Reads every row: about 3 seconds at 17,000 members.
 */
export async function productionFingerprint(session: Session): Promise<Fingerprint> {
  // Texts of values follow these settings, and a login may have its own.
  await rows(
    session,
    "take the fingerprint",
    "set timezone = 'UTC'; set datestyle = iso, mdy; set bytea_output = hex",
  );
  const parts: Record<string, string> = {};
  for (const [name, question] of Object.entries(questions)) parts[name] = await answer(session, question);
  for (const table of await storedTables(session)) {
    parts[`table ${table.schema}.${table.name}`] = await answer(session, rowsOf(table.schema, table.name));
  }
  return { hash: sha256(JSON.stringify(parts)), parts };
}

/** The order of the rows does not count: their hashes are added up. */
function rowsOf(schema: string, name: string): string {
  return `select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from ${qualified(schema, name)} as t`;
}

async function storedTables(session: Session): Promise<{ schema: string; name: string }[]> {
  return rows(
    session,
    "list the tables",
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema)' order by 1, 2`,
  );
}

async function answer(session: Session, question: string): Promise<string> {
  const [first] = await rows<{ answer: string | null }>(
    session,
    "take the fingerprint",
    `select (${question}) as answer`,
  );
  return sha256(first?.answer ?? "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
