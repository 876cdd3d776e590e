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
const columnsAtOnce = 2_000;

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
    const { action, kind, confidence, reasons } = findingOf(place) ?? {};
    const looksSo = reasons?.some((reason) => / of \d+ values$/.test(reason)) ?? false;
    // A name that nothing but the column's own name speaks for may be that of a product, which others have, too.
    const doubtful = kind === "name" && (confidence ?? 0) < 0.7 && !looksSo;
    return (
      action === "mask" &&
      kind !== undefined &&
      identifying.includes(kind) &&
      !doubtful &&
      !isPartOfName(place.column)
    );
  });
  const open = texts.filter(
    // The towns of a list of towns stand in addresses, too.
    (place) =>
      subjectOf(place.table) !== "geo" &&
      findingOf(place)?.action !== "mask" &&
      (place.column.maxLength ?? shortest) >= shortest,
  );
  const sets = valuesOf([...known.map((place) => ({ place, p: 0 })), ...fullNames(texts, findings)]);
  if (sets.length === 0) return;
  for (let at = 0; at < open.length; at += columnsAtOnce) {
    const some = open.slice(at, at + columnsAtOnce);
    const asked = valuesOf(some.map((place, p) => ({ place, p })));
    const found = await rows<{ i: number; shared: number; distinct: number }>(
      session,
      "looking for values that stand in personal columns too",
      `with known as materialized (select distinct k.v from (${sets.join(" union all ")}) k)
       select o.p as i, count(*)::int as shared, count(distinct o.v)::int as distinct from (${asked.join(" union all ")}) o
        where o.v in (select known.v from known) group by o.p`,
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

interface Asked {
  place: Place;
  /** By which its values are told apart. */
  p: number;
  /** Put behind its values, a blank between. */
  followedBy?: CatalogueColumn;
}

/** One query a table, with the values of all its columns that are asked for. */
function valuesOf(asked: Asked[]): string[] {
  const byTable = new Map<CatalogueTable, Asked[]>();
  for (const one of asked) byTable.set(one.place.table, [...(byTable.get(one.place.table) ?? []), one]);
  return [...byTable].map(([table, all]) => {
    const name = ({ name: of }: CatalogueColumn) => `t.${ident(of)}::text collate "default"`;
    const values = all.map(({ place, p, followedBy }) =>
      followedBy === undefined
        ? `(${p}, ${name(place.column)})`
        : `(${p}, ${name(place.column)} || ' ' || ${name(followedBy)})`,
    );
    const columns = new Set(
      all.flatMap(({ place, followedBy }) => [place.column.name, ...(followedBy ? [followedBy.name] : [])]),
    );
    const names = [...columns].map((one) => ident(one)).join(", ");
    return `select x.p, lower(x.v) as v from (select ${names} from ${qualified(table.schema, table.name)} limit ${sampledRows}) t,
      lateral (values ${values.join(", ")}) x(p, v) where length(x.v) >= ${shortest} and x.v ~ '[^[:digit:]]'`;
  });
}

/** First and last names of a table, put together. */
function fullNames(texts: Place[], findings: Map<string, Finding>): Asked[] {
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
    return [{ place: { table, column: first }, p: 0, followedBy: last }];
  });
}
