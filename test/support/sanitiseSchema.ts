/** A compact schema with every kind of table that the sanitiser handles, and planted values that must not survive. */
export const people = 500;

/** Values by kind for person i. Distinct, and unlike anything that the sanitiser makes. */
export const planted = {
  email: (i: number) => `plant${i}.person@real-${i % 7}.org`,
  phone: (i: number) => `04${String(20_000_000 + i * 131).padStart(8, "0")}`,
  last: (i: number) =>
    `Plantname${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + (Math.floor(i / 26) % 26))}`,
  token: (i: number) => `tok_live_${i}_${"a1b2c3d4e5f6".repeat(2)}${i}`,
  street: (i: number) => `${i} Plantstreet${i} Road`,
};

/** Everything that is looked for in the data files afterwards. */
export const needles = Array.from({ length: people }, (_, i) => i + 1).flatMap((i) => [
  planted.email(i),
  planted.phone(i),
  planted.token(i),
  `Plantstreet${i} `,
]);

/** Finds each of them. */
export const needleShape =
  /plant\d+\.person@real-\d\.org|04\d{8}|tok_live_\d+_(?:a1b2c3d4e5f6){2}\d+|Plantstreet\d+ /g;

const n = people;

/** As the administrator, in an empty database. Planted values are computed in SQL by the same formulas. */
export const schema = `
create extension citext;
create role reader_of_views nologin; create role other_owner nologin;
create type mood as enum ('good', 'bad');
create domain au_phone as text check (value ~ '^04[0-9]{8}$');
create schema "Odd "" schema";

create function plant_email(i int) returns text immutable language sql as $$ select 'plant' || i || '.person@real-' || i % 7 || '.org' $$;
create function plant_phone(i int) returns text immutable language sql as $$ select '04' || lpad((20000000 + i * 131)::text, 8, '0') $$;
create function plant_last(i int) returns text immutable language sql as $$ select 'Plantname' || chr(97 + i % 26) || chr(97 + (i / 26) % 26) $$;
create function plant_token(i int) returns text immutable language sql as $$ select 'tok_live_' || i || '_' || repeat('a1b2c3d4e5f6', 2) || i $$;

create table member (
  id int primary key generated always as identity,
  kind text not null default 'person',
  gone text,
  first_name varchar(30), last_name varchar(30),
  email varchar(60) unique,
  mobile au_phone unique,
  mood mood default 'good',
  about text,
  profile jsonb,
  others text[],
  ip inet,
  born date check (born > '1900-01-01'),
  password varchar(128) not null default 'x',
  lower_email text generated always as (lower(email)) stored,
  spare text collate "C" default 'nothing'
);
alter table member alter about set storage external;
insert into member (first_name, last_name, gone, email, mobile, about, profile, others, ip, born, password)
  select 'Given', plant_last(i), plant_email(i), plant_email(i), plant_phone(i), 'Ask ' || plant_email(i) || ' or ' || plant_phone(i),
    jsonb_build_object('contact', plant_email(i), 'n', i, 'tags', jsonb_build_array(plant_phone(i))),
    array[plant_email(i), null, ''], ('10.9.' || i / 250 || '.' || i % 250)::inet, date '1950-01-01' + i, 'pbkdf2$' || plant_token(i)
  from generate_series(1, ${n}) i;
update member set kind = 'system', first_name = 'Every', last_name = 'One', email = 'everyone@allowed.example' where id = 1;
update member set email = 'noemail@allowed.example', about = null, mobile = null where id = 2;
update member set email = null, about = '', others = '{}' where id = 3;
alter table member drop column gone;
create index member_partial on member (lower(last_name)) where kind = 'person';
comment on index member_partial is 'a comment';
create statistics member_names (dependencies) on first_name, last_name from member;
alter statistics member_names set statistics 200;
alter table member alter last_name set statistics 300;
grant select (id, email) on member to reader_of_views;

create table fired (what text);
create function shout() returns trigger language plpgsql as $$ begin insert into fired values (tg_op); return null; end $$;
create trigger on_any after insert or update or delete on member for each row execute function shout();
create trigger on_email after update of email on member for each row when (new.email is distinct from old.email) execute function shout();
alter table member disable trigger on_email;
comment on trigger on_email on member is 'why';

create view people as select id, email, last_name from member where kind = 'person';
alter view people set (security_barrier = true);
grant select on member to other_owner;
alter view people owner to other_owner;
grant select on people to reader_of_views with grant option;
grant update (email) on people to reader_of_views;
comment on view people is 'the people';
comment on column people.email is 'their address';
create view "people of o'brien $do$" with (check_option = local) as select * from people where id > 10;
create function stop() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger instead instead of insert on people for each row execute function stop();
alter view people alter column last_name set default 'Nobody';
create materialized view digest as select p.email, count(*) as n from people p group by 1;
create unique index digest_email on digest (email);
grant select on digest to public;
comment on index digest_email is 'unique';
create statistics digest_both (ndistinct) on email, n from digest;
alter materialized view digest cluster on digest_email;
alter materialized view digest alter column email set statistics 50;
alter default privileges grant all on tables to other_owner;
create materialized view empty_digest as select * from digest with no data;

create table club (id int primary key, name text not null, contact citext unique, bank text, token text);
insert into club select i, 'Club ' || i, plant_email(i)::citext, '0' || (100000 + i * 37), plant_token(i) from generate_series(1, 60) i;

create table natural_parent (email text primary key, note text);
create table natural_child (id int primary key, email text not null references natural_parent (email) deferrable initially deferred);
comment on constraint natural_child_email_fkey on natural_child is 'natural key';
insert into natural_parent select plant_email(i), null from generate_series(1, 50) i;
insert into natural_child select i, plant_email(i) from generate_series(1, 50) i;

create table payment (id int, at date, card text, member int references member (id), primary key (id, at)) partition by range (at);
create table payment_2023 partition of payment for values from ('2023-01-01') to ('2024-01-01');
create table payment_2024 (member int, card text, at date not null, junk text, id int not null);
alter table payment_2024 drop column junk;
alter table payment attach partition payment_2024 for values from ('2024-01-01') to ('2025-01-01');
insert into payment select i, date '2023-06-01' + i, plant_token(i), i from generate_series(1, 300) i;
create view payments as select id, card from payment_2023;

create table email (id int primary key, status int, sender text, body text, parent int);
create table email_log (id int primary key, email int not null references email (id), text text);
alter table email add foreign key (parent) references email_log (id) deferrable initially deferred;
insert into email select i, case when i % 5 = 0 then null else i % 4 end, plant_email(i), 'Dear ' || plant_email(i), null from generate_series(1, 200) i;
insert into email_log select i, i, 'sent to ' || plant_email(i) from generate_series(1, 200) i;
update email set parent = id;

create table session (key text primary key, data bytea);
insert into session select plant_token(i), plant_email(i)::bytea from generate_series(1, 100) i;
create table session_note (id int primary key, session text references session (key));
insert into session_note values (1, null), (2, plant_token(1));

create table "Odd "" schema"."Tab'le $$ \\" ("Col'umn "" é" text, keep_me int);
insert into "Odd "" schema"."Tab'le $$ \\" select plant_email(i), i from generate_series(1, 40) i;

create table audit (id int primary key, reader text, secret text);
insert into audit select i, 'reader', plant_token(i) from generate_series(1, 100) i;
alter table audit enable row level security;
create policy own on audit using (secret = current_user);

create table once_wide (id int primary key, note text, old_email text);
insert into once_wide select i, 'plain', plant_email(i) from generate_series(1, 100) i;
alter table once_wide drop column old_email;

create table empty_table (id int primary key, email text);
create table nothing ();
comment on table club is 'Ask plant1.person@real-1.org about this';
comment on column club.bank is 'no person here';
select lo_from_bytea(0, plant_email(7)::bytea), lo_from_bytea(0, plant_email(8)::bytea);
analyze;
`;

/** What becomes of it. Everything that stays says so. */
export const rules = `
database: DATABASE
allowed_domains: [example.invalid, allowed.example]
large_objects: remove
tables:
  member:
    keep: [kind, mood, spare]
    mask:
      first_name: { with: first-name, where: kind = 'person' }
      last_name: { with: last-name, where: kind = 'person' }
      email: { with: email, keep_values: [noemail@allowed.example], exact: [{ where: id = 1, value: everyone@example.invalid }] }
      mobile: { with: phone, format: "04########" }
      about: redact
      profile: { with: json, paths: { $.contact: email } }
      others: { with: array, each: email }
      ip: ip
      born: date-shift
      password: unusable-password
  club:
    keep: [name]
    mask: { contact: email, bank: digits, token: token }
  natural_parent: { keep: [note], mask: { email: email } }
  natural_child: { mask: { email: email } }
  payment: { keep: [at], mask: { card: token } }
  email:
    delete: { where: "status not in (0, 1) or status is null" }
    keep: [status]
    mask: { parent: "null", sender: email, body: redact }
  email_log: { delete: { follows: email }, mask: { text: redact } }
  session: truncate
  session_note: { mask: { session: "null" } }
  'Odd " schema.Tab''le $$ \\': { keep: [keep_me], mask: { 'Col''umn " é': email } }
  audit: { keep: [reader], mask: { secret: token } }
  once_wide: { keep: [note] }
  fired: { keep: [what] }
  empty_table: { mask: { email: email } }
logins:
  - { table: member, match: { id: 4 }, password: password }
`;
