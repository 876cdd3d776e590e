/**
 * One table of every kind that stands in the way of a plain rewrite, with values that must not survive. As the administrator, in an
 * empty database; everything belongs to `OWNER`.
 */
export const zooRows = 60;

/** Finds every planted value. */
export const zooShape = /zoo(?:mail|key)_[a-z0-9]+_\d+_q7w8e9r0t1/g;

const helpers = `
create function zmail(tag text, i int) returns text immutable language sql as $$ select 'zoomail_' || tag || '_' || i || '_q7w8e9r0t1' || chr(64) || 'real.org' $$;
create function zkey(tag text, i int) returns text immutable language sql as $$ select 'zookey_' || tag || '_' || i || '_q7w8e9r0t1' $$;
create function n() returns setof int immutable language sql as $$ select generate_series(1, ${zooRows}) $$;
create table fired (what text);
create function shout() returns trigger language plpgsql as $$ begin insert into public.fired values (tg_table_name || ' ' || tg_op); return coalesce(new, old); end $$;`;

const kinds = {
  rules: `
create table ruled (id int primary key, email text, note text default 'x');
insert into ruled select i, zmail('ruled', i) from n() i;
create rule keep_all as on delete to ruled do instead nothing;
create rule also as on update to ruled where new.email <> old.email do also insert into fired values ('ruled');
create rule quiet as on insert to ruled do also insert into fired values (new.email);
comment on rule also on ruled is 'tells of it';
alter table ruled disable rule also; alter table ruled enable always rule quiet;`,
  inheritance: `
create table creature (id int, email text unique, kind text check (kind in ('a', 'b')) default 'a');
create table bird (wings int, nick varchar(60) unique) inherits (creature);
create table duck (pond text) inherits (bird);
alter table bird add constraint bird_email unique (email);
insert into creature select i, zmail('creature', i) from n() i;
insert into bird select i, zmail('bird', i), 'b', 2, zkey('bird', i) from n() i;
insert into duck select i, zmail('duck', i), 'a', 2, zkey('duck', i), zkey('pond', i) from n() i;
create view creatures as select tableoid::regclass::text as kind, email from creature;`,
  typed: `
create type person_row as (id int, email text);
create table typed of person_row (primary key (id), email with options not null);
insert into typed select i, zmail('typed', i) from n() i;`,
  rowTypes: `
create table inner_row (id int primary key, email text);
create table outer_row (id int primary key, held inner_row, many inner_row[]);
insert into inner_row select i, zmail('inner', i) from n() i;
insert into outer_row select i, row(i, 'nobody')::inner_row, null from n() i;`,
  partitionKeys: `
create table by_mail (email text not null, region text not null, v int, primary key (email, region)) partition by list (region);
create table by_mail_north partition of by_mail for values in ('north') partition by hash (email);
create table by_mail_north_0 partition of by_mail_north for values with (modulus 2, remainder 0);
create table by_mail_north_1 partition of by_mail_north for values with (modulus 2, remainder 1);
create table by_mail_rest partition of by_mail default;
insert into by_mail select zmail('part', i), case when i % 2 = 0 then 'north' else zkey('region', i) end, i from n() i;
create table refers_to_part (id int primary key, email text, region text, foreign key (email, region) references by_mail);
insert into refers_to_part select v, email, region from by_mail;
create table enriched (id int, organization_id int, external_subscription_id int, who text, email text) partition by range (id);
create table enriched_events_default_of_a_long_name partition of enriched default;
create index on enriched (organization_id, external_subscription_id, email);
create index on enriched (organization_id, external_subscription_id, who);
insert into enriched select i, i, i, zkey('index', i), zmail('index', i) from n() i;
create table born_in (id int, born date) partition by range (born);
create table born_in_1990 (junk text, born date, id int);
alter table born_in_1990 drop junk;
alter table born_in attach partition born_in_1990 for values from ('1990-01-01') to ('1991-01-01');
create table born_in_other partition of born_in default;
insert into born_in select i, date '1990-01-01' + i from n() i;
create trigger on_born after insert or update or delete on born_in for each row execute function shout();`,
  generated: `
create table computed (id int primary key generated always as identity, phone varchar(30) unique, email text,
  lower_email text generated always as (lower(email)) stored, unique (lower_email));
insert into computed (phone, email) select '04' || lpad((31000000 + i * 7)::text, 8, '0'), zmail('computed', i) from n() i;
create table refers_to_computed (id int primary key, phone varchar(30) references computed (phone) on update cascade, c int references computed);
insert into refers_to_computed select id, phone, id from computed;`,
  policies: `
create table guarded (id int primary key, email text unique, owner text);
insert into guarded select i, zmail('guarded', i), zkey('owner', i) from n() i;
alter table guarded enable row level security; alter table guarded force row level security;
create policy own on guarded as permissive for select to zoo_reader using (owner = current_user);
create policy never on guarded as restrictive for update using (email <> '') with check (email like '%@%');
create policy add on guarded for insert with check (owner is not null);
comment on policy own on guarded is 'only own rows';
create table other_guarded (id int primary key, v text);
create policy by_other on other_guarded using (exists (select from guarded g where g.email = other_guarded.v));`,
  naturalKeys: `
create table place (code varchar(60), country varchar(2), name text, primary key (code, country));
create table visit (id int primary key, code varchar(60), country varchar(2), above varchar(60),
  foreign key (code, country) references place on update cascade on delete set null deferrable initially deferred);
insert into place select zkey('place', i), 'AU', 'x' from n() i;
insert into visit select i, zkey('place', i), 'AU', null from n() i;
create table employee (name varchar(80) primary key, boss varchar(80) references employee (name));
insert into employee select zkey('employee', i), case when i > 1 then zkey('employee', i / 2) end from n() i;`,
  constraints: `
create table excluded (id int primary key, email text, status varchar(10) check (status in ('new', 'old')) default 'new',
  exclude using hash (email with =), constraint email_twice unique (email) deferrable initially deferred, check (email is null or email like '%@%'));
insert into excluded select i, zmail('excluded', i) from n() i;
create table coded (id int primary key, code varchar(80) check (code in ('none') or code like 'zoo%' or length(code) > 3));
create view coded_some as select id, code, code in ('a', 'b') as short from coded where code not in ('c', 'd');
insert into coded select i, zkey('coded', i) from n() i;`,
  views: `
create table seen (id int primary key, email text, at timestamptz default now());
insert into seen select i, zmail('seen', i) from n() i;
create view seen_1 with (security_barrier = true) as select id, email, at from seen;
create view seen_2 with (check_option = cascaded) as select * from seen_1 where id > 1;
create recursive view seen_tree (id, email) as select id, email from seen where id = 1 union all select s.id, s.email from seen s join seen_tree t on s.id = t.id + 1;
create materialized view seen_m as select s.email, count(*) as n from seen s group by s.email;
create unique index on seen_m (email);
create view seen_m_view as select email, n from seen_m;
create materialized view seen_mm as select email from seen_m_view;
create materialized view seen_mmm as select m.email, (select count(*) from seen_m) as n from seen_m m;
create function seen_rows() returns setof seen_1 language sql stable as $$ select * from seen_1 $$;
comment on view seen_1 is 'one'; comment on column seen_2.email is 'two';
grant select on seen_1, seen_2, seen_m to zoo_reader; grant update (email) on seen_1 to zoo_reader with grant option;
create trigger instead instead of insert on seen_1 for each row execute function shout();
create rule r as on delete to seen_2 do instead delete from seen where email = old.email;
alter view seen_2 alter column email set default 'nobody';
create table held (id int primary key, email text);
insert into held select i, zmail('held', i) from n() i;
create materialized view held_m as select id, email from held;
create function held_rows() returns setof held_m language sql stable as $$ select * from held_m $$;`,
  bodies: `
create table in_body (id int primary key, email text);
insert into in_body select i, zmail('body', i) from n() i;
create function body_of(i int) returns text language sql stable begin atomic select email from in_body where id = i; end;`,
  triggers: `
create table watched (id int primary key, email text, n int);
insert into watched select i, zmail('watched', i), i from n() i;
create trigger a after update of email on watched for each row when (old.email is distinct from new.email) execute function shout();
create constraint trigger b after insert or update on watched deferrable initially deferred for each row when (new.email <> '') execute function shout();
create trigger c before truncate on watched for each statement execute function shout();
create trigger d before insert or update or delete on watched for each row execute function shout();
alter table watched enable always trigger a; alter table watched enable replica trigger c; alter table watched disable trigger b;
comment on trigger a on watched is 'why';`,
  publications: `
create table published (id int primary key, email text not null, v text);
insert into published select i, zmail('published', i), 'v' from n() i;
create unique index published_email on published (email);
alter table published replica identity using index published_email;
create table published_bare (id int, email text);
insert into published_bare select i, zmail('bare', i) from n() i;`,
  storage: `
create table stored (id int primary key, email text not null, about text collate "C", note text) with (fillfactor = 70, toast.autovacuum_enabled = false, autovacuum_enabled = false);
alter table stored alter about set storage external, alter about set statistics 77, alter about set (n_distinct = 5);
insert into stored select i, zmail('stored', i), repeat(zkey('about', i) || ' ', 200), 'n' from n() i;
create index stored_email on stored (lower(email) text_pattern_ops) include (note) with (fillfactor = 60) where id > 3;
cluster stored using stored_pkey; comment on index stored_email is 'an index';
create statistics stored_both (ndistinct, mcv) on email, note from stored; comment on statistics stored_both is 'both';
create unlogged table fleeting (id bigserial primary key, email text);
insert into fleeting (email) select zmail('fleeting', i) from n() i;
grant select (id), update (email) on stored to zoo_reader; grant all on fleeting to public;`,
  types: `
create extension citext; create extension hstore;
create domain mail as citext check (value like '%@%'); create domain work_mail as mail not null; create type colour as enum ('red');
create type pair as (a text, b int);
create table "Many ""Types""" (id uuid primary key default gen_random_uuid(), "Mail" work_mail, "Mails" mail[], "select" text[], h hstore, x xml,
  b bytea, j json, jb jsonb, p pair, c colour, r daterange, ci citext unique, fixed char(80), "char" "char", ip inet, doc tsvector);
insert into "Many ""Types""" ("Mail", "Mails", "select", h, x, b, j, jb, p, c, r, ci, fixed, "char", ip, doc)
  select zmail('dom', i), array[zmail('doms', i)]::mail[], array[zkey('arr', i), null], hstore('k', zkey('hs', i)), xmlparse(content '<a>' || zkey('xml', i) || '</a>'),
    zkey('bytes', i)::bytea, json_build_object('k', zkey('json', i)), jsonb_build_object(zmail('jkey', i), zkey('jsonb', i)), row(zkey('pair', i), i)::pair, 'red',
    daterange(date '2000-01-01' + i, null), zmail('ci', i), zkey('fixed', i), 'x', ('10.0.0.' || i)::inet, to_tsvector('simple', zkey('doc', i)) from n() i;`,
  removed: `
create table outbox (id int, email text);
insert into outbox select i, zmail('outbox', i) from n() i;
create rule no_delete as on delete to outbox do instead nothing;
create table emptied (id int primary key, email text);
create table emptied_child (extra text) inherits (emptied);
insert into emptied select i, zmail('emptied', i) from n() i; insert into emptied_child select i, 'kept', 'x' from n() i;`,
} as const;

/** Every planted value, as the functions of the schema make them. */
export function zooNeedles(schema: string): string[] {
  const tags = [...schema.matchAll(/z(mail|key)\('(\w+)', /g)].map((found) => `zoo${found[1]}_${found[2]}`);
  return [...new Set(tags)].flatMap((tag) =>
    Array.from({ length: zooRows }, (_, i) => `${tag}_${i + 1}_q7w8e9r0t1`),
  );
}

/** Every kind; some only where the version knows it. */
export function zooSchema(serverVersion: number): string {
  const from = (version: number, sql: string) => (serverVersion >= version ? sql : "");
  return [
    helpers,
    ...Object.values(kinds),
    from(
      150000,
      `create publication pub for table published (id, email) where (email <> ''), published_bare;
       create view seen_invoker with (security_invoker = true) as select email from seen;
       create table nulls_equal (id int primary key, email text, unique nulls not distinct (email));
       insert into nulls_equal select i, zmail('nulls', i) from n() i;`,
    ),
    from(
      180000,
      `create table virtual (id int primary key, email text constraint named not null, upper_email text generated always as (upper(email)) virtual,
         constraint later check (email <> '') not enforced);
       insert into virtual select i, zmail('virtual', i) from n() i;`,
    ),
    "analyze;",
  ].join("\n");
}

/** What becomes of it. */
export function zooRules(database: string, serverVersion: number): string {
  const from = (version: number, yaml: string) => (serverVersion >= version ? yaml : "");
  return `
database: ${database}
allowed_domains: [example.invalid]
tables:
  fired: { keep: [what] }
  ruled: { keep: [note], mask: { email: email } }
  creature: { keep: [id, kind], mask: { email: email } }
  bird: { keep: [id, kind, wings], mask: { email: email, nick: token } }
  duck: { keep: [id, kind, wings], mask: { email: email, nick: token, pond: token } }
  typed: { mask: { email: email } }
  inner_row: { mask: { email: email } }
  outer_row: { keep: [held, many] }
  by_mail: { keep: [v], mask: { email: email, region: { with: token, where: region <> 'north' } } }
  refers_to_part: { mask: { email: email, region: { with: token, where: region <> 'north' } } }
  born_in: { keep: [id], mask: { born: date-shift } }
  enriched: { keep: [id, organization_id, external_subscription_id], mask: { who: token, email: email } }
  computed: { mask: { phone: phone, email: email } }
  refers_to_computed: { mask: { phone: phone } }
  guarded: { mask: { email: email, owner: token } }
  other_guarded: { keep: [v] }
  place: { keep: [country, name], mask: { code: token } }
  visit: { keep: [country, above], mask: { code: token } }
  employee: { mask: { name: token, boss: token } }
  excluded: { keep: [status], mask: { email: email } }
  coded: { mask: { code: token } }
  seen: { keep: [at], mask: { email: email } }
  held: { mask: { email: email } }
  in_body: { mask: { email: email } }
  watched: { keep: [n], mask: { email: email } }
  published: { keep: [v], mask: { email: email } }
  published_bare: { delete: { where: id % 2 = 0 }, keep: [id], mask: { email: email } }
  stored: { keep: [note], mask: { email: email, about: redact } }
  fleeting: { mask: { email: email } }
  'Many "Types"':
    keep: [c, r, "char"]
    mask:
      Mail: email
      Mails: { with: array, each: email }
      select: { with: array, each: token }
      h: { with: "null" }
      x: { with: "null" }
      b: hash
      j: { with: json, paths: {} }
      jb: { with: json, paths: {} }
      p: { with: "null" }
      ci: email
      fixed: token
      ip: ip
      doc: { with: "null" }
  outbox: { delete: { where: id > 10 }, keep: [id], mask: { email: email } }
  emptied: truncate
  emptied_child: { keep: [id, email, extra] }
${from(150000, "  nulls_equal: { mask: { email: email } }\n")}${from(180000, "  virtual: { mask: { email: email } }\n")}`;
}
