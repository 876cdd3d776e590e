import fc from "fast-check";

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
  const text =
    word === "" && own === ""
      ? ""
      : `${column.mask && !(column.someRows && r % 2 === 0) ? "m" : "k"}${t}${word}${own}`.slice(0, 58);
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
