import { deadHost, foundBy, type Kind } from "./way";

/** Users of other servers, with their passwords. */
export const userMappings: Kind = {
  kind: "user mapping",
  claim: "No user mapping is left",
  evidence: "pg_user_mappings",
  find: (session) =>
    foundBy(
      session,
      "look for user mappings",
      "dropped",
      `select format('%s on %s', usename, srvname) as name,
              array[format('drop user mapping for %s server %I',
                case when umuser = 0 then 'public' else quote_ident(usename) end, srvname)] as statements
         from pg_user_mappings order by 1`,
    ),
};

/** Wrappers of libpq: they know `host`, and reach nothing when it is dead. */
const libpqWrappers = "f.fdwvalidator::regproc::text ~ '(^|\\.)(postgres_fdw|dblink_fdw)_validator$'";
/** Wrappers that read files of the server itself, and RDS's reader of its own log. */
const fileWrappers = "f.fdwvalidator::regproc::text ~ '(^|\\.)(file_fdw|log_fdw)_validator$'";

/**
 * Servers stay, with their foreign tables: views of the application stand on these, and dropping would take the views
 * along. They lose every option and point to where nothing can be; reading a foreign table fails at once.
 */
export const foreignServers: Kind = {
  kind: "foreign server",
  claim: "No foreign server names another server",
  evidence: `pg_foreign_server: the only option is host=${deadHost}`,
  find: (session) =>
    foundBy(
      session,
      "look for foreign servers",
      "points to an address that cannot exist; its foreign tables stay and fail when read",
      `select s.srvname as name, array[format('alter server %I options (%s)', s.srvname,
                concat_ws(', ',
                  (select string_agg(format('drop %I', option_name), ', ' order by option_name)
                     from pg_options_to_table(s.srvoptions) where option_name <> 'host'),
                  case when exists (select from pg_options_to_table(s.srvoptions) where option_name = 'host')
                       then 'set' else 'add' end || format(' host %L', '${deadHost}')))] as statements
         from pg_foreign_server s join pg_foreign_data_wrapper f on f.oid = s.srvfdw
        where ${libpqWrappers} and s.srvoptions is distinct from array['host=${deadHost}'] order by 1`,
    ),
};

/**
 * Servers of wrappers that we do not know: without a handler the wrapper reads nothing, whatever the options say. They go,
 * too, for they may hold secrets; without a validator no option is asked for.
 */
export const foreignWrappers: Kind = {
  kind: "foreign data wrapper",
  claim: "No foreign data wrapper of another kind works",
  evidence: "pg_foreign_data_wrapper: no handler, and no options on its servers and tables",
  find: (session) =>
    foundBy(
      session,
      "look for other foreign data wrappers",
      "its handler is taken away; its foreign tables stay and fail when read",
      `select f.fdwname as name,
              array[format('alter foreign data wrapper %I no handler no validator', f.fdwname)]
              || array(select format('alter server %I options (%s)', s.srvname,
                         (select string_agg(format('drop %I', option_name), ', ') from pg_options_to_table(s.srvoptions)))
                         from pg_foreign_server s where s.srvfdw = f.oid and s.srvoptions is not null)
              || array(select format('alter foreign table %s options (%s)', t.ftrelid::regclass,
                         (select string_agg(format('drop %I', option_name), ', ') from pg_options_to_table(t.ftoptions)))
                         from pg_foreign_table t join pg_foreign_server s on s.oid = t.ftserver
                        where s.srvfdw = f.oid and t.ftoptions is not null) as statements
         from pg_foreign_data_wrapper f
        where not (${libpqWrappers}) and not (${fileWrappers})
          and exists (select from pg_foreign_server s left join pg_foreign_table t on t.ftserver = s.oid
                       where s.srvfdw = f.oid
                         and (f.fdwhandler <> 0 or s.srvoptions is not null or t.ftoptions is not null))
        order by 1`,
    ),
};

/** file_fdw runs a program of the operating system as readily as it reads a file. */
export const programTables: Kind = {
  kind: "foreign table that runs a program",
  claim: "No foreign table runs a program",
  evidence: "pg_foreign_table: option program",
  find: (session) =>
    foundBy(
      session,
      "look for foreign tables that run programs",
      "reads /dev/null",
      `select ftrelid::regclass::text as name,
              array[format('alter foreign table %s options (drop program, add filename %L)', ftrelid::regclass, '/dev/null')] as statements
         from pg_foreign_table
        where exists (select from pg_options_to_table(ftoptions) where option_name = 'program') order by 1`,
    ),
};
