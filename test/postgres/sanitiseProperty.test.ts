import assert from "node:assert/strict";
import fc from "fast-check";
import { ident, type Session } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import {
  isText,
  randomTables,
  textMasks,
  type RandomColumn,
  type RandomTable,
} from "../support/randomSchema";
import { rulesOf, schemaSql } from "../support/randomSql";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";
import { dumpStructure, withoutCasts } from "../support/structure";

/** How many databases are drawn: `PRODCOPY_PROPERTY_RUNS`, and from which seed: `PRODCOPY_PROPERTY_SEED`. */
const runs = Number(process.env.PRODCOPY_PROPERTY_RUNS ?? 10);
const seed = Number(process.env.PRODCOPY_PROPERTY_SEED ?? 20_240_607);

type Cells = (string | null)[][];

/** The cells of a table as text, row by row in the order of `id`. */
async function cellsOf(session: Session, table: RandomTable): Promise<Cells> {
  const columns = table.columns.map((one) => `${ident(one.name)}::text`).join(", ");
  const source = table.kind.startsWith("partitioned") ? "" : "only ";
  const found = await session.query<(string | null)[]>({
    text: `select ${columns} from ${source}${ident(table.name)} order by id`,
    rowMode: "array",
  });
  return found.rows;
}

/** What a column must have become, told cell by cell without any of the sanitiser's code. */
function checkColumn(
  where: string,
  column: RandomColumn,
  before: (string | null)[],
  after: (string | null)[],
): void {
  const former = new Set(before.filter((value) => value !== null && value !== ""));
  for (const [r, value] of before.entries()) {
    const now = after[r];
    const at = `${where}, row ${r + 1}`;
    const id = r + 1;
    if (column.mask === undefined || (column.someRows && id % 2 !== 0)) {
      assert.equal(now, value, `${at} is kept`);
    } else if (value === null || column.mask === "null") {
      assert.equal(now, value === "" ? "" : null, `${at} is NULL`);
    } else if (value === "") {
      assert.equal(now, value, `${at} stays empty`);
    } else if (column.mask === "array") {
      const pair = /^\{(.*),(.*),NULL\}$/s.exec(now ?? "");
      assert.ok(pair && pair[1] === pair[2], `${at} keeps its elements' order and equality`);
      assert.ok(!former.has(now ?? null) || value === '{"","",NULL}', `${at} is none of the former values`);
    } else if (column.mask === "json") {
      const [was, is] = [value, now].map(
        (text) => JSON.parse(text ?? "null") as { value: string; deep: unknown[] },
      );
      assert.ok(was && is, `${at} is a document`);
      assert.deepEqual(
        [is.value === "", is.deep.length, is.deep[1], is.deep[2]],
        [was.value === "", 3, null, true],
        at,
      );
      if (was.value !== "") assert.notEqual(is.value, was.value, at);
    } else {
      assert.ok(now !== null && now !== undefined && now !== "", `${at} is neither NULL nor empty`);
      assert.ok(!former.has(now), `${at} is none of the former values`);
      assert.ok(column.type !== "character varying(60)" || [...now].length <= 60, `${at} fits`);
    }
  }
}

/** Different values stay different and equal ones equal, over all columns that the same transformation masks. */
function checkMapping(
  cells: { column: RandomColumn; before: string | null; after: string | null; id: number }[],
): void {
  const maps = new Map<string, Map<string, string>>();
  for (const { column, before, after, id } of cells) {
    const { mask, type } = column;
    if (mask === undefined || !isText(column) || before === null || before === "" || mask === "null") {
      continue;
    }
    if (column.someRows && id % 2 !== 0) continue;
    // Case counts only in a unique column of addresses that differ in nothing else.
    if (mask === "email" || mask === "redact") continue;
    const map = maps.get(`${mask} ${type}`) ?? new Map<string, string>();
    maps.set(`${mask} ${type}`, map);
    assert.equal(after, map.get(before) ?? after, `${mask} makes one thing of one value`);
    map.set(before, after ?? "");
  }
  for (const [name, map] of maps) {
    if (textMasks[name.split(" ")[0] ?? ""]?.unique) {
      assert.equal(new Set(map.values()).size, map.size, `${name} keeps values apart`);
    }
  }
}

/** Random databases under random rules, against what the rules promise. */
describe("sanitiser: random databases", function () {
  this.timeout(runs * 60_000);
  const server = useScratchServer();
  let number = 0;

  async function tryOne(tables: RandomTable[]): Promise<void> {
    const name = `random_${++number}`;
    await server().createDatabase(name);
    try {
      await sanitiseAndCompare(name, tables);
    } finally {
      await server().as("postgres", (session) => session.query(`drop database ${name} with (force)`));
    }
  }

  async function sanitiseAndCompare(name: string, tables: RandomTable[]): Promise<void> {
    await server().as(name, (session) => session.query(schemaSql(tables)));
    const read = () =>
      server().as(name, async (session) => {
        const all: Cells[] = [];
        for (const table of tables) all.push(await cellsOf(session, table));
        return all;
      });
    const before = await read();
    const structure = await dumpStructure(server().target(name));
    await sanitiseWith(
      server().target(name),
      (session) => asCopy(session, server().handle),
      rulesOf(tables, name),
    );
    const after = await read();
    const cells = tables.flatMap((table, t) =>
      table.columns.flatMap((column, c) => {
        const of = (all: Cells[]) => (all[t] ?? []).map((row) => row[c] ?? null);
        assert.equal(of(after).length, of(before).length, `${table.name} has as many rows`);
        checkColumn(`${table.name}.${column.name}`, column, of(before), of(after));
        checkReference(tables, table, column, of(before), of(after), before, after);
        return of(before).map((value, r) => ({
          column,
          before: value,
          after: of(after)[r] ?? null,
          id: r + 1,
        }));
      }),
    );
    checkMapping(cells);
    assert.equal(
      withoutCasts((await dumpStructure(server().target(name))) ?? ""),
      withoutCasts(structure ?? ""),
    );
    await server().as(name, (session) => checkGenerated(session, tables));
  }

  it("masks what is masked, keeps what is kept, and leaves the structure as it was", async () => {
    // Shrinking makes and sanitises dozens of databases: only for who looks for the cause.
    const drawn = process.env.PRODCOPY_PROPERTY_SHRINK ? randomTables : fc.noShrink(randomTables);
    await fc.assert(fc.asyncProperty(drawn, tryOne), { numRuns: runs, seed });
  });
});

/** A row refers to the row that it referred to before. */
function checkReference(
  tables: RandomTable[],
  table: RandomTable,
  column: RandomColumn,
  was: (string | null)[],
  is: (string | null)[],
  before: Cells[],
  after: Cells[],
): void {
  if (!column.refersTo) return;
  const target = column.refersTo.table;
  const at = tables[target]?.columns.findIndex((one) => one.name === column.refersTo?.column) ?? -1;
  for (const [r, value] of was.entries()) {
    const place = (before[target] ?? []).findIndex((row) => row[at] === value && value !== null);
    const expected = place < 0 ? null : (after[target]?.[place]?.[at] ?? null);
    assert.equal(is[r], expected, `${table.name}.${column.name}, row ${r + 1} refers to the same row`);
  }
}

async function checkGenerated(session: Session, tables: RandomTable[]): Promise<void> {
  for (const table of tables.filter((one) => one.kind !== "child")) {
    for (const column of table.columns.filter((one) => one.generated)) {
      const [own, made] = [ident(column.name), ident(`gen ${column.name}`)];
      const { rows } = await session.query(
        `select from ${ident(table.name)} where ${made} is distinct from upper(${own}) || '!'`,
      );
      assert.equal(rows.length, 0, `${table.name}: ${made} follows ${own}`);
    }
  }
}
