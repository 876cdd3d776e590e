import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, qualified, rows, type Session } from "../../connection";
import { familyOf } from "../rules/families";
import { columnKey } from "../rules/lookup";
import type { Finding } from "./finding";
import type { Kind } from "./kinds";
import { subjectOf } from "./tableSubject";
import { nameWords } from "./vocabulary";
import { sampledRows } from "./sample";

interface Place {
  table: CatalogueTable;
  column: CatalogueColumn;
}

/** Kinds whose values point at somebody by themselves. */
const identifying: Kind[] = ["email", "phone", "name", "username", "address", "number", "token"];
/** Shorter values are equal by chance. */
const shortest = 6;
const columnsAtOnce = 400;

/**
 * Finds text columns that seemed to hold nothing personal and share values with one that does: a copied name, an address that was
 * kept for an invoice. The comparison is made inside the server; a number of equal values comes back.
 * @param places text columns whose values may be read.
 */
export async function findShared(
  session: Session,
  places: Place[],
  findings: Map<string, Finding>,
): Promise<void> {
  const findingOf = ({ table, column }: Place) => findings.get(columnKey(table, column.name));
  const texts = places.filter(({ column }) => familyOf(column) === "text");
  const known = texts.filter((place) => {
    const { action, kind } = findingOf(place) ?? {};
    return (
      action === "mask" && kind !== undefined && identifying.includes(kind) && !isPartOfName(place.column)
    );
  });
  const open = texts.filter(
    // The towns of a list of towns stand in addresses, too.
    (place) =>
      subjectOf(place.table) !== "geo" &&
      findingOf(place)?.action !== "mask" &&
      (place.column.maxLength ?? shortest) >= shortest,
  );
  const sets = [...known.map((place) => valuesOf(place)), ...fullNames(texts, findings)];
  if (sets.length === 0) return;
  for (let at = 0; at < open.length; at += columnsAtOnce) {
    const some = open.slice(at, at + columnsAtOnce);
    const counts = some.map(
      (place, i) =>
        `select ${i} as i, count(*)::int as shared, count(distinct v)::int as distinct from (${valuesOf(place)}) o where v in (select v from known)`,
    );
    const found = await rows<{ i: number; shared: number; distinct: number }>(
      session,
      "looking for values that stand in personal columns too",
      `with known as materialized (${sets.join(" union ")}) select * from (${counts.join(" union all ")}) all_counts where shared > 0`,
    );
    for (const { i, shared, distinct } of found) {
      const place = some[i];
      const finding = place && findingOf(place);
      if (place === undefined || finding === undefined) continue;
      const reasons = [`${shared} values stand in a personal column as well`, ...finding.reasons];
      const action = distinct >= 5 ? "mask" : "review";
      findings.set(columnKey(place.table, place.column.name), {
        ...finding,
        action,
        kind: finding.kind ?? "text",
        confidence: action === "mask" ? 0.65 : 0.4,
        reasons,
      });
    }
  }
}

function isPartOfName(column: CatalogueColumn): boolean {
  const words = nameWords(column.name);
  return words.some((word) =>
    ["first", "last", "given", "family", "middle", "firstname", "lastname", "surname"].includes(word),
  );
}

function valuesOf({ table, column }: Place): string {
  const text = `${ident(column.name)}::text`;
  return `select lower(v) as v from (select ${text} as v from ${qualified(table.schema, table.name)} limit ${sampledRows}) s where length(v) >= ${shortest} and v ~ '[^[:digit:]]'`;
}

/** First and last names of a table, put together. */
function fullNames(texts: Place[], findings: Map<string, Finding>): string[] {
  const byTable = new Map<CatalogueTable, CatalogueColumn[]>();
  for (const { table, column } of texts) byTable.set(table, [...(byTable.get(table) ?? []), column]);
  return [...byTable].flatMap(([table, columns]) => {
    const named = columns.filter((one) => findings.get(columnKey(table, one.name))?.kind === "name");
    const first = named.find((one) =>
      nameWords(one.name).some((word) => ["first", "given", "firstname"].includes(word)),
    );
    const last = named.find((one) =>
      nameWords(one.name).some((word) => ["last", "family", "lastname", "surname"].includes(word)),
    );
    if (first === undefined || last === undefined) return [];
    const [f, l] = [`${ident(first.name)}::text`, `${ident(last.name)}::text`];
    return [
      `select lower(v) as v from (select ${f} || ' ' || ${l} as v from ${qualified(table.schema, table.name)} limit ${sampledRows}) s where length(v) >= ${shortest}`,
    ];
  });
}
