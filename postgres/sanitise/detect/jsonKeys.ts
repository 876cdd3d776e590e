import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, literal, qualified, rows, type Session } from "../../connection";
import type { Kind } from "./kinds";
import { kindsOf } from "./nameKinds";
import { digitsOf, shapeParameters, shapes } from "./shapes";
import { nameWords } from "./vocabulary";

/** A place in the JSON of a column that looks personal, as rules write it: `$.contact.phones[*]`. */
export interface JsonPlace {
  path: string;
  kind: Kind;
  sure: number;
}

const documents = 500;
const looked = shapes.filter(({ key }) =>
  ["email", "phone", "ip", "iban", "card", "person", "key"].includes(key),
);

interface PathRow {
  path: string;
  values: number;
  [shape: `s${number}`]: number;
}

/**
 * Looks into the JSON of a column, inside the server. A key that could be a value itself (no plain word, or in few documents)
 * comes back as `*`.
 */
export async function jsonPlaces(
  session: Session,
  table: CatalogueTable,
  column: CatalogueColumn,
): Promise<JsonPlace[]> {
  const doing = `looking at the keys of ${table.schema}.${table.name}.${column.name}`;
  const [given] = await shapeParameters(session);
  const found = await rows<PathRow>(session, doing, pathsQuery(table, column), [given]);
  return found.flatMap((one): JsonPlace[] => {
    const byValue = looked.flatMap((shape, i) => {
      const share = (one[`s${i}`] ?? 0) / one.values;
      return share >= shape.from ? [{ path: one.path, kind: shape.kind, sure: shape.whole * share }] : [];
    });
    const keys = one.path.split(".").slice(1);
    const own = kindsOf(nameWords(keys.at(-1) ?? ""), "person");
    const byKey = own.map(({ kind, sure }) => ({
      path: one.path,
      kind,
      sure: keys.length > 1 || sure > 0.8 ? sure : 0.3,
    }));
    return [...byValue, ...byKey].sort((a, b) => b.sure - a.sure).slice(0, 1);
  });
}

function pathsQuery(table: CatalogueTable, column: CatalogueColumn): string {
  const counts = looked.map(({ test }, i) => `count(*) filter (where ${test("leaf")})::int as s${i}`);
  // Arrays are looked at by their first members; 5 levels are enough for a first draft, the rest is redacted anyhow.
  return `with recursive docs as (
      select row_number() over () as n, doc from (
        select ${ident(column.name)}::text::jsonb as doc from ${qualified(table.schema, table.name)}
        where ${ident(column.name)} is not null limit ${documents}) documents
    ), walk(n, path, value, depth) as (
      select n, '$'::text, doc, 0 from docs
      union all
      select w.n, w.path || e.step, e.value, w.depth + 1 from walk w cross join lateral (
        select case when key ~ '^[A-Za-z_][A-Za-z_-]{0,39}$' then '.' || key else '.*' end as step, value
          from jsonb_each(case when jsonb_typeof(w.value) = 'object' then w.value else '{}' end)
        union all
        select '[*]', value from (select value from jsonb_array_elements(case when jsonb_typeof(w.value) = 'array' then w.value else '[]' end)
          with ordinality a(value, i) where i <= 10) few
      ) e where w.depth < 5
    ), leaves as (
      select n, path, leaf, ${digitsOf("leaf")} from (select n, path, left(value #>> '{}', 1000) as leaf from walk
      where jsonb_typeof(value) in ('string', 'number') and value #>> '{}' <> '' offset 0) texts
    )
    select path, count(*)::int as values, ${counts.join(", ")} from leaves
    group by path having count(distinct n) * 20 >= (select count(*) from docs) and (count(distinct n) > 1 or (select count(*) from docs) < 20)
    order by path limit ${literal("200")}::int`;
}
