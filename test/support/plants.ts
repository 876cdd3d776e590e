export const secret = "secret-4711";
export const conninfo = `host=127.0.0.1 dbname=elsewhere user=warehouse password=${secret}`;

/** One way out: how it is planted, and by what name it must be found. */
export interface Plant {
  kind: string;
  name: string | RegExp;
  sql: string;
  /** What must hold afterwards, as a query that answers one `true`, or the words by which it must fail. */
  then?: string;
  fails?: [statement: string, message: RegExp];
}

export const callsDblink = `begin perform dblink_exec('${conninfo}', 'insert into orders values (1)'); return new; end`;

export const plants: Plant[] = [
  {
    kind: "prepared transaction",
    name: "old 'work'",
    sql: `create table orders (id int); begin; insert into orders values (1); prepare transaction 'old ''work'''`,
    then: "select not exists (select from pg_prepared_xacts)",
  },
  {
    kind: "event trigger",
    name: "tell_all",
    sql: `create function tell() returns event_trigger language plpgsql as $$ begin perform dblink_exec('${conninfo}', 'x'); end $$;
          create event trigger tell_all on ddl_command_end execute function tell()`,
    then: "select evtenabled = 'D' from pg_event_trigger",
  },
  {
    kind: "trigger",
    name: "announce on public.orders",
    sql: `create table orders (id int);
          create function announce() returns trigger language plpgsql as $$ ${callsDblink} $$;
          create trigger announce before insert on orders for each row execute function announce()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger",
    name: "indirect on public.orders",
    sql: `create table orders (id int);
          create function send(what int) returns void language plpgsql as $$ begin perform dblink_exec('${conninfo}', 'x'); end $$;
          create function "Middle Man"(what int) returns void language sql as 'select public.send(what)';
          create function indirect() returns trigger language plpgsql as $$ begin perform "Middle Man"(new.id); return new; end $$;
          create trigger indirect before insert on orders for each row execute function indirect()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger",
    name: /announce on public\.orders_(1|default)/,
    sql: `create table orders (id int) partition by list (id);
          create table orders_1 partition of orders for values in (1);
          create function announce() returns trigger language plpgsql as $$ ${callsDblink} $$;
          create trigger announce after insert on orders for each row execute function announce()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger with a connection in its arguments",
    name: "announce on public.orders",
    sql: `create table orders (id int);
          create function announce() returns trigger language plpgsql as $$ begin return new; end $$;
          create trigger announce before insert on orders for each row execute function announce('${conninfo}')`,
    then: "select not exists (select from pg_trigger where tgname = 'announce')",
  },
  {
    kind: "function",
    name: "public.ask(integer,text[])",
    sql: `create function ask(in a int default 3, variadic b text[] default '{${secret}}', out c int, out "D e" text)
          returns setof record language sql stable strict as
          $$ select * from dblink('${conninfo}', 'select 1, 2') as t(x int, y text) $$`,
    fails: ["select * from public.ask(1, 'x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.tabular()",
    sql: `create function tabular() returns table (x int, y text) language sql as
          $$ select * from dblink('${conninfo}', 'select 1, 2') as t(x int, y text) $$`,
    fails: ["select x from public.tabular()", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.export(text)",
    sql: `create procedure export(where_to text) language plpgsql as $$ begin copy (select 1) to program 'curl'; end $$`,
    fails: ["call public.export('x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.with_default(text)",
    sql: `create function with_default(conn text default '${conninfo}') returns text language sql as 'select conn'`,
    fails: ["select public.with_default('x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.atomic()",
    sql: `create function atomic() returns text language sql begin atomic select * from dblink('${conninfo}', 'x') as t(x text); end`,
    fails: ["select public.atomic()", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.anything()",
    sql: `create language anything_goes handler plpgsql_call_handler;
          create function anything() returns int language anything_goes as 'begin return 1; end'`,
    fails: ["select public.anything()", /cut by prodcopy/],
  },
  {
    kind: "view",
    name: 'public."Their Orders"',
    sql: `create view "Their Orders" as select id::int as "Id", name::varchar(20) collate "C" as name
          from dblink('${conninfo}', 'select 1, 2') as t(id int, name text);
          create view above as select "Id" from "Their Orders"`,
    fails: ["select * from public.above", /cut by prodcopy/],
  },
  {
    kind: "materialised view",
    name: "public.cached",
    sql: `create materialized view cached as select id from dblink('${conninfo}', 'select 1') as t(id int) with no data`,
    fails: ["refresh materialized view public.cached", /cut by prodcopy/],
  },
  {
    kind: "rule, default or check",
    name: "rule forward on public.orders",
    sql: `create table orders (id int);
          create rule forward as on insert to orders do also select dblink_exec('${conninfo}', 'x')`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "default of public.orders.id",
    sql: `create table orders (id text default dblink_exec('${conninfo}', 'x'))`,
    then: "with one as (insert into public.orders default values returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "check asked on public.orders",
    sql: `create table orders (id text constraint asked check (dblink_exec('${conninfo}', id) = 'ok'))`,
    then: "with one as (insert into public.orders values ('1') returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "check asked on public.order_id",
    sql: `create domain order_id as text constraint asked check (dblink_exec('${conninfo}', value) = 'ok')`,
    then: "select 'x'::public.order_id = 'x'",
  },
  {
    kind: "replication slot",
    name: "left_over",
    sql: "select pg_create_logical_replication_slot('left_over', 'pgoutput')",
    then: "select not exists (select from pg_replication_slots)",
  },
  {
    kind: "replication slot",
    name: "standby",
    sql: "select pg_create_physical_replication_slot('standby', true)",
    then: "select not exists (select from pg_replication_slots)",
  },
  {
    kind: "publication",
    name: "everything",
    sql: "create publication everything for all tables",
    then: "select not exists (select from pg_publication)",
  },
  {
    kind: "user mapping",
    name: "public on warehouse",
    sql: `create server warehouse foreign data wrapper postgres_fdw;
          create user mapping for public server warehouse options (user 'x', password '${secret}')`,
    then: "select not exists (select from pg_user_mappings)",
  },
  {
    kind: "foreign server",
    name: "ware'house",
    sql: `create server "ware'house" foreign data wrapper postgres_fdw
            options (host '127.0.0.1', port '5432', dbname '${secret}', fetch_size '7');
          create user mapping for public server "ware'house" options (user 'x', password '${secret}');
          create foreign table their_orders (id int) server "ware'house";
          create view on_them as select id from their_orders`,
    fails: [
      "create user mapping for public server \"ware'house\" options (password 'x'); select * from public.on_them",
      /could not connect to server "ware'house"/,
    ],
  },
  {
    kind: "foreign server",
    name: "by_dblink",
    sql: `create server by_dblink foreign data wrapper dblink_fdw options (dbname 'elsewhere')`,
    then: "select srvoptions = array['host=/dev/null/prodcopy'] from pg_foreign_server",
  },
  {
    kind: "foreign data wrapper",
    name: "oracle_like",
    sql: `create foreign data wrapper oracle_like handler postgres_fdw_handler;
          create server ora foreign data wrapper oracle_like options (dbserver '//ora/${secret}');
          create foreign table their_orders (id int) server ora options (url 'https://x/?key=${secret}')`,
    fails: ["select * from public.their_orders", /has no handler/],
  },
  {
    kind: "foreign table that runs a program",
    name: "public.shell",
    sql: `create extension file_fdw; create server files foreign data wrapper file_fdw;
          create foreign table shell (line text) server files options (program 'curl ${secret}')`,
    then: "select count(*) = 0 from public.shell",
  },
  {
    kind: "pg_cron job",
    name: "7 of postgres",
    sql: `${cronStandIn()} insert into cron.job values (7, 'postgres', 'select dblink_exec(''${conninfo}'', ''x'')')`,
    then: "select not exists (select from cron.job)",
  },
  {
    kind: "pg_cron history",
    name: "cron.job_run_details",
    sql: `${cronStandIn()} insert into cron.job_run_details values (1, '${secret}')`,
    then: "select not exists (select from cron.job_run_details)",
  },
  {
    kind: "extension",
    name: "dblink",
    sql: "select 1",
    then: "select not exists (select from pg_extension where extname = 'dblink')",
  },
  {
    kind: "extension",
    name: "dblink",
    // Something of the application's own stands on the extension, and must not go with it.
    sql: `create function kept(text, text) returns text language sql as 'select $1';
          create operator ||> (leftarg = text, rightarg = text, function = dblink_exec)`,
    fails: ["select public.dblink_exec('a', 'b')", /cut by prodcopy/],
  },
];

/** pg_cron cannot be had here: the tables and the call that the product uses, with pg_cron's names and types. */
export function cronStandIn(): string {
  return `create schema cron;
    create table cron.job (jobid bigint, username text, command text);
    create table cron.job_run_details (runid bigint, command text);
    create function cron.unschedule(job_id bigint) returns boolean language sql as
      'delete from cron.job where jobid = job_id returning true';`;
}
