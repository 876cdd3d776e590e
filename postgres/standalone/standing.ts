import { row, rows, type Session } from "../connection";

/** Sessions of clients, by what they call themselves. */
export interface Client {
  name: string;
  user: string;
  count: number;
}

/** What a database and its server are doing at the moment. */
export interface Standing {
  database: string;
  version: string;
  login: string;
  standby: boolean;
  /** Servers and programs that receive this server's changes now. */
  receivers: string[];
  slots: { name: string; active: boolean }[];
  /** Subscriptions of this database that are switched on. */
  subscriptions: string[];
  /** Event triggers that would fire on what the sanitiser does; those of extensions are left out. */
  eventTriggers: string[];
  /** Populated materialised views that read foreign tables: filling them anew would call out. */
  reachingViews: string[];
  /** Services that run PostgreSQL for others leave roles of theirs. */
  managed: boolean;
  mayCreate: boolean;
  /** Tables of users that this login may not read. */
  unreadable: string[];
  archiving: boolean;
}

/** Asks the server. Reads only. */
export async function readStanding(session: Session): Promise<Standing> {
  return row<Standing>(session, "looking at the database", standingQuery);
}

const standingQuery = `
  select current_database()::text as database, current_setting('server_version') as version, session_user::text as login,
    pg_catalog.pg_is_in_recovery() as standby,
    array(select coalesce(nullif(application_name, ''), 'unnamed') from pg_catalog.pg_stat_replication order by 1) as receivers,
    coalesce((select json_agg(json_build_object('name', slot_name, 'active', active) order by slot_name)
                from pg_catalog.pg_replication_slots where not temporary), '[]') as slots,
    array(select s.subname::text from pg_catalog.pg_subscription s join pg_catalog.pg_database d on d.oid = s.subdbid
           where d.datname = current_database() and s.subenabled order by 1) as subscriptions,
    array(select e.evtname::text from pg_catalog.pg_event_trigger e where e.evtenabled in ('O', 'A')
             and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_event_trigger'::regclass
               and d.objid = e.oid and d.deptype = 'e') order by 1) as "eventTriggers",
    array(with recursive reads(view, relation) as (
        select r.ev_class, d.refobjid from pg_catalog.pg_class c join pg_catalog.pg_rewrite r on r.ev_class = c.oid
          join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
           and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class
         where c.relkind = 'm' and c.relispopulated
        union
        select reads.view, d.refobjid from reads join pg_catalog.pg_rewrite r on r.ev_class = reads.relation
          join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
           and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid <> r.ev_class)
      select distinct view::regclass::text from reads join pg_catalog.pg_class f on f.oid = relation where f.relkind = 'f'
       order by 1) as "reachingViews",
    exists (select from pg_catalog.pg_roles where rolname in ('rds_superuser', 'rdsadmin', 'cloudsqlsuperuser', 'azure_pg_admin'))
      as managed,
    pg_catalog.has_database_privilege(current_database(), 'create') as "mayCreate",
    array(select c.oid::regclass::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'prodcopy')
             and n.nspname !~ '^pg_(toast|temp)'
             and not pg_catalog.has_table_privilege(c.oid, 'select') order by 1) as unreadable,
    current_setting('archive_mode') <> 'off' as archiving`;

/**
 * Sessions of other clients on the database of this session. A user without privileges sees names and users of all, but not
 * of what kind they are; a session of an unknown kind counts as a client's.
 * @param spared names of sessions that are our own
 */
export async function otherClients(session: Session, spared: string[]): Promise<Client[]> {
  return rows<Client>(
    session,
    "looking for other sessions",
    `select coalesce(nullif(application_name, ''), 'unnamed') as name, usename::text as user, count(*)::int as count
       from pg_catalog.pg_stat_activity where ${others} group by 1, 2 order by 3 desc, 1, 2`,
    [spared],
  );
}

const others = `datname = current_database() and pid <> pg_catalog.pg_backend_pid() and usename is not null
  and coalesce(backend_type, 'client backend') = 'client backend' and application_name <> all ($1)`;

/** How long ended sessions may take to be gone, in milliseconds. */
const patienceMs = 15_000;

/**
 * Ends the sessions of other clients on this database, and waits until they are gone; those of other databases stay.
 * @throws when one may not be ended, or does not go.
 */
export async function endOtherClients(session: Session, spared: string[]): Promise<number> {
  let ended = 0;
  for (const since = Date.now(); ;) {
    const left = await rows<{ ended: boolean }>(
      session,
      "ending the other sessions",
      `select pg_catalog.pg_terminate_backend(pid) as ended from pg_catalog.pg_stat_activity where ${others}`,
      [spared],
    );
    if (left.length === 0) return ended;
    ended = Math.max(ended, left.length);
    if (Date.now() - since > patienceMs) {
      throw new Error(
        `${left.length} other sessions were told to end and are still there, or come back; stop what opens them`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What identifies one database of one running server: a further session is checked against it. */
export async function identityOf(session: Session): Promise<string> {
  const { identity } = await row<{ identity: string }>(
    session,
    "asking which server this is",
    `select concat_ws(' ', pg_catalog.pg_postmaster_start_time(), d.oid, d.datname) as identity
       from pg_catalog.pg_database d where d.datname = current_database()`,
  );
  return identity;
}
