import fc from "fast-check";
import { ident, literal } from "../../postgres/connection";

/** One column of a random table. */
export interface RandomColumn {
  name: string;
  type: "text" | "character varying(60)" | "text[]" | "jsonb" | "date" | "bytea" | "code_text";
  unique: boolean;
  notNull: boolean;
  /** The transformation, or nothing when it is kept. */
  mask: string | undefined;
  /** Whether only rows of even `id` are masked. */
  someRows: boolean;
  /** Refers to the unique column of an earlier table, and is masked like it. */
  refersTo: { table: number; column: string } | undefined;
  generated: boolean;
}

export interface RandomTable {
  name: string;
  kind: "plain" | "unlogged" | "partitioned by id" | "partitioned by value" | "child" | "typed";
  columns: RandomColumn[];
  /** Values by row and column; `id` is the row's place, from 1. */
  rows: (string | null)[][];
  extras: (
    "view" | "materialised view" | "trigger" | "rule" | "policy" | "index" | "statistics" | "dropped"
  )[];
}

const oddNames = ['a "b"', "select", "Ünï", "x.y", "o'clock", "$do$", "plain", "Upper"];
const oddTexts = [
  "",
  "é̂",
  "日本語",
  "a b",
  "%_\\",
  "'; --",
  '{x,"y"}',
  "🙂",
  "null",
  "\t",
  "A@B.c",
  " lead",
  "x".repeat(40),
];

/** What takes texts: whether different values stay different, and whether a value can be what it was. */
export const textMasks: Record<string, { unique: boolean }> = {
  token: { unique: true },
  hash: { unique: true },
  email: { unique: true },
  username: { unique: true },
  redact: { unique: false },
  "last-name": { unique: false },
  null: { unique: false },
};

const column = fc
  .record({
    type: fc.constantFrom<RandomColumn["type"]>(
      "text",
      "text",
      "character varying(60)",
      "character varying(60)",
      "code_text",
      "text[]",
      "jsonb",
      "date",
      "bytea",
    ),
    unique: fc.boolean(),
    notNull: fc.boolean(),
    mask: fc.option(fc.constantFrom(...Object.keys(textMasks)), { nil: undefined, freq: 4 }),
    someRows: fc.boolean(),
    generated: fc.boolean(),
    refers: fc.boolean(),
  })
  .map((one) => ({ ...one, name: "", refersTo: undefined as RandomColumn["refersTo"] }));

const table = fc.record({
  kind: fc.constantFrom<RandomTable["kind"]>(
    "plain",
    "plain",
    "unlogged",
    "partitioned by id",
    "partitioned by value",
    "child",
    "typed",
  ),
  columns: fc.array(column, { minLength: 1, maxLength: 4 }),
  seeds: fc.array(fc.array(fc.nat({ max: 200 }), { minLength: 4, maxLength: 4 }), { maxLength: 9 }),
  extras: fc.uniqueArray(
    fc.constantFrom<RandomTable["extras"][number]>(
      "view",
      "materialised view",
      "trigger",
      "rule",
      "policy",
      "index",
      "statistics",
      "dropped",
    ),
  ),
  name: fc.constantFrom(...oddNames),
});

/** Tables with rows and rules that belong together: whatever comes out of it can be created, and its rules fit. */
export const randomTables: fc.Arbitrary<RandomTable[]> = fc
  .array(table, { minLength: 1, maxLength: 4 })
  .map((drawn) => {
    const made: RandomTable[] = [];
    for (const [t, one] of drawn.entries()) {
      const kind = one.kind === "child" && made[0]?.kind !== "plain" ? "plain" : one.kind;
      const own = one.columns.map((column, c) => columnOf(made, kind, t, column, c));
      const inherited =
        kind === "child"
          ? (made[0]?.columns ?? []).map((c) => ({ ...c, unique: false, refersTo: undefined }))
          : [];
      const columns = [...inherited, ...own];
      const rows = one.seeds.map((seeds, r) =>
        columns.map((column, c) => valueOf(made, column, t, r, seeds[c % 4] ?? 0)),
      );
      made.push({ name: `${one.name} ${t}`, kind, columns, rows, extras: one.extras });
    }
    return made;
  });

function columnOf(
  made: RandomTable[],
  kind: RandomTable["kind"],
  t: number,
  drawn: RandomColumn & { refers: boolean },
  c: number,
): RandomColumn {
  const { refers, ...column } = drawn;
  const name = `${oddNames[(t * 3 + c) % oddNames.length]} ${t}${c}`;
  const target = made.flatMap((table, n) =>
    table.kind === "plain" || table.kind === "unlogged"
      ? table.columns.filter((one) => one.unique && isText(one) && !one.someRows).map((one) => ({ n, one }))
      : [],
  )[0];
  if (refers && target && kind !== "child" && !(made[target.n]?.kind === "unlogged" && kind !== "unlogged")) {
    const { type, mask } = target.one;
    return {
      name,
      type,
      mask,
      unique: false,
      notNull: false,
      someRows: false,
      generated: false,
      refersTo: { table: target.n, column: target.one.name },
    };
  }
  const texts = isText(column);
  const unique = column.unique && texts && !kind.startsWith("partitioned") && column.type !== "code_text";
  const mask = fitting(column, unique);
  return {
    ...column,
    name,
    unique,
    mask,
    refersTo: undefined,
    someRows: column.someRows && mask !== undefined && mask !== "null",
    notNull: column.notNull && mask !== "null" && texts,
    generated: column.generated && column.type === "text" && kind !== "typed",
  };
}

/** The mask that a column of this type takes in place of the one that was drawn for a text. */
function fitting(column: RandomColumn, unique: boolean): string | undefined {
  if (column.mask === undefined) return undefined;
  if (unique && !textMasks[column.mask]?.unique) return "token";
  if (isText(column)) return column.mask === "null" && column.notNull ? "redact" : column.mask;
  return { "text[]": "array", jsonb: "json", date: "date-shift", bytea: "hash" }[column.type as string];
}

export function isText(column: Pick<RandomColumn, "type">): boolean {
  return ["text", "character varying(60)", "code_text"].includes(column.type);
}

/** Values of masked columns begin with `m`, those of kept ones with `k`: a value that is kept anywhere alarms nowhere. */
function valueOf(
  made: RandomTable[],
  column: RandomColumn,
  t: number,
  r: number,
  seed: number,
): string | null {
  if (column.refersTo) {
    const target = made[column.refersTo.table];
    const at = target?.columns.findIndex((one) => one.name === column.refersTo?.column) ?? -1;
    return target?.rows[seed % Math.max(1, target.rows.length)]?.[at] ?? null;
  }
  if (!column.notNull && seed % 7 === 0) return null;
  // Case tells two addresses of a unique column apart, and nothing else does.
  const own = column.unique ? `${Math.floor(r / 2)}${r % 2 ? "Q" : "q"}` : "";
  const word = oddTexts[seed % oddTexts.length] ?? "";
  const text = word === "" && own === "" ? "" : `${column.mask ? "m" : "k"}${t}${word}${own}`.slice(0, 58);
  switch (column.type) {
    case "text[]":
      return `{${[text, text].map((one) => JSON.stringify(one)).join(",")},NULL}`;
    case "jsonb":
      return JSON.stringify({ value: text, n: seed, deep: [text, null, true] });
    case "date":
      return `20${String(10 + (seed % 80)).padStart(2, "0")}-01-0${1 + (seed % 9)}`;
    case "bytea":
      return `\\x${Buffer.from(text).toString("hex")}`;
    default:
      return text;
  }
}

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
