import { ident, literal } from "../../postgres/connection";
import { isText, type RandomColumn, type RandomTable } from "./randomSchema";

/** The tables as SQL, to be run by a superuser in an empty database. */
export function schemaSql(tables: RandomTable[]): string {
  const start = `create domain code_text as text check (length(value) < 2000);
    create function fired() returns trigger language plpgsql as $$ begin raise exception 'a trigger fired'; end $$;`;
  return [start, ...tables.map((table, t) => tableSql(tables, table, t))].join("\n");
}

function tableSql(tables: RandomTable[], table: RandomTable, t: number): string {
  const name = ident(table.name);
  const own = table.kind === "child" ? table.columns.slice(tables[0]?.columns.length ?? 0) : table.columns;
  const first = table.columns.find((one) => isText(one));
  const key = table.kind === "partitioned by value" && first ? first : undefined;
  const define = (column: RandomColumn) =>
    `${ident(column.name)} ${column.type}${column.notNull && column !== key ? " not null" : ""}${column.unique ? " unique" : ""}`;
  const references = (column: RandomColumn) =>
    column.refersTo
      ? [
          `foreign key (${ident(column.name)}) references ${ident(tables[column.refersTo.table]?.name ?? "")} (${ident(column.refersTo.column)}) deferrable`,
        ]
      : [];
  const generated = table.columns.flatMap((column) =>
    column.generated && table.kind !== "child"
      ? [
          `${ident(`gen ${column.name}`)} text generated always as (upper(${ident(column.name)}) || '!') stored`,
        ]
      : [],
  );
  const id = table.kind === "child" ? [] : [key ? "id int" : "id int primary key"];
  const dropped = table.extras.includes("dropped") && table.kind === "plain" ? ["gone text"] : [];
  const inside = [...id, ...dropped, ...own.map(define), ...generated, ...own.flatMap(references)].join(", ");
  const lines = [];
  if (table.kind === "typed") {
    lines.push(
      `create type row_${t} as (id int, ${own.map((one) => `${ident(one.name)} ${one.type}`).join(", ")});`,
    );
    const options = own.flatMap((one) => [
      ...(one.unique ? [`unique (${ident(one.name)})`] : []),
      ...references(one),
    ]);
    lines.push(`create table ${name} of row_${t} (${["primary key (id)", ...options].join(", ")});`);
  } else {
    const by =
      table.kind === "partitioned by id"
        ? " partition by hash (id)"
        : key
          ? ` partition by list (${ident(key.name)})`
          : "";
    lines.push(
      `create ${table.kind === "unlogged" ? "unlogged " : ""}table ${name} (${inside})${table.kind === "child" ? ` inherits (${ident(tables[0]?.name ?? "")})` : ""}${by};`,
    );
    if (by.includes("hash")) {
      lines.push(
        ...[0, 1].map(
          (n) =>
            `create table ${ident(`part ${t} ${n}`)} partition of ${name} for values with (modulus 2, remainder ${n});`,
        ),
      );
    }
    if (by.includes("list")) lines.push(`create table ${ident(`part ${t} d`)} partition of ${name} default;`);
  }
  for (const [r, row] of table.rows.entries()) {
    const columns = ["id", ...table.columns.map((one) => ident(one.name))].join(", ");
    lines.push(
      `insert into ${name} (${columns}) values (${[String(r + 1), ...row.map((one) => (one === null ? "null" : literal(one)))].join(", ")});`,
    );
  }
  if (dropped.length > 0) {
    lines.push(`update ${name} set gone = 'dropped'; alter table ${name} drop column gone;`);
  }
  return [...lines, ...extrasSql(table, t, first)].join("\n");
}

function extrasSql(table: RandomTable, t: number, first: RandomColumn | undefined): string[] {
  const name = ident(table.name);
  const c = first ? ident(first.name) : "id";
  const made: Record<RandomTable["extras"][number], string> = {
    view: `create view ${ident(`view ${t}`)} with (security_barrier = true) as select id, ${c} as v from ${name} where ${c} is not null; comment on view ${ident(`view ${t}`)} is 'v';
      create view ${ident(`view ${t} b`)} as select * from ${ident(`view ${t}`)};`,
    "materialised view": `create materialized view ${ident(`mat ${t}`)} as select id, ${c} as v from ${name}; create index on ${ident(`mat ${t}`)} (v);`,
    trigger: `create trigger fired after insert or update or delete on ${name} for each row execute function fired();`,
    rule: table.kind.startsWith("partitioned")
      ? ""
      : `create rule also as on insert to ${name} do instead nothing;`,
    policy: `alter table ${name} enable row level security; alter table ${name} force row level security; create policy p on ${name} using (${c} is not null) with check (id > 0);`,
    index: `create index on ${name} (lower(${c}::text)) where id > 1; create index on ${name} using hash (${c});`,
    statistics: `create statistics ${ident(`stat ${t}`)} (ndistinct) on id, ${c === "id" ? "tableoid" : c} from ${name};`,
    dropped: "",
  };
  return table.extras.filter((one) => !(one === "statistics" && c === "id")).map((one) => made[one]);
}

/** The rules, as JSON, which is YAML. */
export function rulesOf(tables: RandomTable[], database: string): string {
  const entries = tables.map((table) => {
    const masked = table.columns.filter((one) => one.mask !== undefined);
    const spec = (one: RandomColumn) => ({
      ...(one.mask === "array"
        ? { with: "array", each: "token" }
        : one.mask === "json"
          ? { with: "json", paths: { "$.value": "token" } }
          : { with: one.mask }),
      ...(one.someRows && { where: "id % 2 = 0" }),
    });
    const keep = ["id", ...table.columns.filter((one) => one.mask === undefined).map((one) => one.name)];
    const mask = Object.fromEntries(masked.map((one) => [one.name, spec(one)]));
    return [`"${table.name.replaceAll('"', '""')}"`, { keep, ...(masked.length > 0 && { mask }) }] as const;
  });
  return JSON.stringify({
    database,
    allowed_domains: ["example.invalid"],
    tables: Object.fromEntries(entries),
  });
}
