import assert from "node:assert/strict";
import { readCatalogue, type Catalogue, type CatalogueTable } from "../../postgres/catalogue";
import { useScratchServer } from "../support/servers";

const schema = `
  create schema "Ünïcode.with ""dots""";
  create schema prodcopy;
  create table prodcopy.journal (id int);
  create extension citext;
  create extension hstore;
  create type mood as enum ('well', 'ill');
  create type pair as (a text, b int);
  create domain short as varchar(12) not null;
  create domain shorter as short check (value <> '');
  create table "Ünïcode.with ""dots"""."Tab""le.x" (
    "Id" int primary key,
    "E-Mail.1" shorter,
    plain varchar(40) not null,
    tags varchar(7)[],
    shorts short[],
    state mood, states mood[],
    "both" pair, loose citext, bag hstore,
    doc jsonb, born date, seen inet, raw bytea,
    made text generated always as (upper(plain)) stored,
    gone text,
    nr int generated always as identity,
    constraint "odd check" check (plain <> tags[1]),
    unique (plain, born)
  );
  alter table "Ünïcode.with ""dots"""."Tab""le.x" drop column gone;
  comment on table "Ünïcode.with ""dots"""."Tab""le.x" is 'about people';
  comment on column "Ünïcode.with ""dots"""."Tab""le.x".seen is 'last address';
  create unique index on "Ünïcode.with ""dots"""."Tab""le.x" (lower(loose::text)) where born is not null;
  create table event (id int, at date, who int, primary key (id, at)) partition by range (at);
  create table event_a partition of event for values from ('2020-01-01') to ('2021-01-01') partition by list (at);
  create table event_a1 partition of event_a default;
  create table person (id int primary key);
  alter table event add constraint event_who foreign key (who) references person on delete cascade deferrable initially deferred;
  alter table event_a1 add constraint only_here foreign key (id) references person on delete set null;
  create table employee (salary int) inherits (person);
  create view seen as select 1 as one;
  create materialized view kept as select 2 as two;
  create function nothing() returns trigger language plpgsql as 'begin return new; end';
  create trigger "Tell" after insert on person for each row execute function nothing();
  alter table person enable row level security;
  create temp table passing (id int);
`;

describe("catalogue", () => {
  const server = useScratchServer();
  let catalogue: Catalogue;
  before(async () => {
    await server().createDatabase("hostile");
    catalogue = await server().as("hostile", async (session) => {
      await session.query(schema);
      return readCatalogue(session, "hostile");
    });
  });

  const find = (name: string): CatalogueTable => {
    const found = catalogue.tables.find((table) => table.name === name);
    assert.ok(found, name);
    return found;
  };

  it("shows every relation of the user's schemas, no extension's and not the tool's own", () => {
    assert.deepEqual(
      catalogue.tables.map(({ schema: s, name, kind, parent }) => [s, name, kind, parent?.name]),
      [
        ["public", "employee", "table", undefined],
        ["public", "event", "partitioned", undefined],
        ["public", "event_a", "partition", "event"],
        ["public", "event_a1", "partition", "event_a"],
        ["public", "kept", "materialised view", undefined],
        ["public", "person", "table", undefined],
        ["public", "seen", "view", undefined],
        ['Ünïcode.with "dots"', 'Tab"le.x', "table", undefined],
      ],
    );
    assert.deepEqual(find("employee").inherits, [{ schema: "public", name: "person" }]);
    assert.deepEqual(find("event_a").inherits, []);
  });

  it("shows types down to their base, with lengths, NOT NULL of domains and what may stand in a cast", () => {
    const shape = find('Tab"le.x').columns.map((c) =>
      [c.name, c.type, c.baseType, c.maxLength ?? "", c.notNull ? "not null" : ""].join(" | ").trim(),
    );
    assert.deepEqual(shape, [
      "Id | integer | int4 |  | not null",
      "E-Mail.1 | public.shorter | varchar | 12 | not null",
      "plain | character varying(40) | varchar | 40 | not null",
      "tags | character varying(7)[] | varchar | 7 |",
      "shorts | public.short[] | varchar | 12 |",
      "state | public.mood | mood |  |",
      "states | public.mood[] | mood |  |",
      "both | public.pair | pair |  |",
      "loose | public.citext | citext |  |",
      "bag | public.hstore | hstore |  |",
      "doc | jsonb | jsonb |  |",
      "born | date | date |  |",
      "seen | inet | inet |  |",
      "raw | bytea | bytea |  |",
      "made | text | text |  |",
      "nr | integer | int4 |  | not null",
    ]);
    const flags = (flag: "isArray" | "isDomain" | "isEnum" | "isComposite" | "generated" | "identity") =>
      find('Tab"le.x').columns.flatMap((column) => (column[flag] ? [column.name] : []));
    assert.deepEqual(flags("isArray"), ["tags", "shorts", "states"]);
    assert.deepEqual(flags("isDomain"), ["E-Mail.1", "shorts"]);
    assert.deepEqual(flags("isEnum"), ["state", "states"]);
    assert.deepEqual(flags("isComposite"), ["both"]);
    assert.deepEqual(flags("generated"), ["made"]);
    assert.deepEqual(flags("identity"), ["nr"]);
  });

  it("shows keys, checks, comments, triggers, row security and what was dropped", () => {
    const hostile = find('Tab"le.x');
    assert.deepEqual(hostile.primaryKey, ["Id"]);
    assert.deepEqual(hostile.uniqueKeys.sort(), [["born", "loose"].reverse(), ["plain", "born"]].sort());
    assert.deepEqual(
      hostile.checks.map(({ name, columns }) => ({ name, columns })),
      [{ name: "odd check", columns: ["plain", "tags"] }],
    );
    assert.equal(hostile.comment, "about people");
    assert.equal(hostile.columns.find(({ name }) => name === "seen")?.comment, "last address");
    assert.equal(hostile.hasDroppedColumns, true);
    assert.equal(find("person").hasDroppedColumns, false);
    assert.deepEqual([find("person").triggers, find("person").rowSecurity], [["Tell"], true]);
  });

  it("shows each foreign key once, also those of partitions", () => {
    assert.deepEqual(
      catalogue.foreignKeys.map(({ name, table, deferrable, onDelete }) => [
        name,
        table,
        deferrable,
        onDelete,
      ]),
      [
        ["event_who", "event", true, "cascade"],
        ["only_here", "event_a1", false, "set null"],
      ],
    );
  });

  it("leaves the session as it was: no transaction, its own search path", () =>
    server().as("hostile", async (session) => {
      await readCatalogue(session, "hostile");
      const { rows } = await session.query<{ path: string; idle: boolean }>(
        "select current_setting('search_path') as path, pg_current_xact_id_if_assigned() is null as idle",
      );
      assert.deepEqual(rows, [{ path: '"$user", public', idle: true }]);
      await session.query("create temp table writable (id int)");
    }));

  it("refuses a session on another database", () =>
    server().as("postgres", (session) =>
      assert.rejects(readCatalogue(session, "hostile"), /connected to the database postgres instead/),
    ));
});
