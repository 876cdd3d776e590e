import { foundBy, type Kind, namesConnection } from "./way";

/** Settings that run code or reach out by themselves. */
const reachingSettings = String.raw`^(session_preload_libraries|local_preload_libraries|synchronous_standby_names|primary_conninfo|primary_slot_name|archive_.*|restore_command|dblink\..*|aws_.*|rds\..*|http\..*|pg_net\..*)$`;
/** Settings that would bring statements, with the rows in them, into the server's log; they override the quarantine's own. */
const tellingSettings = String.raw`^(log_.*|debug_.*|auto_explain\..*|pgaudit\..*)$`;
/** Settings of the application's own that hold what proves who one is. */
const secretSettings = String.raw`(password|passwd|secret|token|api_?key|credential|dsn|connection_?string|conninfo)`;

/**
 * What ALTER ROLE ... SET and ALTER DATABASE ... SET left for every later session, also the application's: reset when it
 * reaches out, names a connection, holds a secret, or brings statements into the log.
 */
export const storedSettings: Kind = {
  kind: "stored setting",
  shared: true,
  claim: "No setting of a role or a database reaches out, names a connection or logs statements",
  evidence: "pg_db_role_setting",
  find: (session) =>
    foundBy(
      session,
      "look for stored settings",
      "reset",
      `select format('%s of %s', setting.name, concat_ws(' in database ',
                coalesce('role ' || quote_ident(r.rolname), case when d.datname is null then 'all roles' end), d.datname)) as name,
              array[format(case when r.rolname is null and d.datname is not null then 'alter database %2$s reset %3$I'
                                when d.datname is null then 'alter role %1$s reset %3$I'
                                else 'alter role %1$s in database %2$s reset %3$I' end,
                coalesce(quote_ident(r.rolname), 'all'), quote_ident(d.datname), setting.name)] as statements
         from pg_db_role_setting s
         left join pg_roles r on r.oid = s.setrole
         left join pg_database d on d.oid = s.setdatabase,
              unnest(s.setconfig) as entry,
              lateral (select split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value) as setting
        where setting.name ~* $1 or setting.name ~* $2 or (setting.name like '%.%' and setting.name ~* $3)
           or setting.value ~* $4
        order by 1`,
      [reachingSettings, tellingSettings, secretSettings, namesConnection],
    ),
};
