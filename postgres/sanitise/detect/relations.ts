import type { CatalogueTable } from "../../catalogue";
import { elementFamilyOf } from "../rules/families";
import { columnKey, type CatalogueIndex } from "../rules/lookup";
import type { Finding } from "./finding";
import { subjectOf } from "./tableSubject";
import { nameWords } from "./vocabulary";
import { singulars } from "./words";

/** Columns that say who wrote a row, or whom it is about, where no foreign key does. */
const whoWords =
  /^(user|users|usr|usuario|utente|utilisateur|benutzer|cliente|creator|reporter|author|owner|member|customer|person|account|actor|sender|requester|submitter|uploader|updater|editor|moderator|approver|employee|patient|student|player|client|contact|profile)$/;

/** Tables that refer to one of people, by a foreign key or by a column such as `creator_id`. */
export function tablesOfPeople(index: CatalogueIndex): ReadonlySet<CatalogueTable> {
  const found = new Set<CatalogueTable>();
  for (const key of index.catalogue.foreignKeys) {
    const table = index.find(key.schema, key.table);
    const target = index.find(key.targetSchema, key.targetTable);
    if (table && target && target !== table && subjectOf(target) === "person") found.add(index.top(table));
  }
  for (const table of index.ruled) {
    const who = table.columns.some(({ name }) => {
      const words = nameWords(name);
      return (
        (/^(id|ids|uuid|by)$/.test(words.at(-1) ?? "") && words.some((word) => whoWords.test(word))) ||
        / (user|usr|usuario|utente|benutzer) id /.test(` ${words.join(" ")} `)
      );
    });
    if (who || table.columns.some(namesSomebody)) found.add(table);
  }
  return found;
}

/** By the name that somebody logs in with, rather than by a number. */
function namesSomebody({ name }: { name: string }): boolean {
  return /^(user_?name|login|jid|nick|nickname|screen_?name|user_?login)$/i.test(name);
}

const pastTails =
  /_(versions?|history|histories|audits?|archives?|archived|logs?|snapshots?|backups?|old|revisions?)$/;
const pastHeads = /^(historical|archived|old)_?/;

/** For a table that keeps the past of another: the other. */
export function pastTables(index: CatalogueIndex): ReadonlyMap<CatalogueTable, CatalogueTable> {
  const byName = new Map<string, CatalogueTable>();
  for (const table of index.ruled) {
    for (const name of forms(table.name)) byName.set(`${table.schema} ${name}`, table);
  }
  const past = new Map<CatalogueTable, CatalogueTable>();
  for (const table of index.ruled) {
    const name = snake(table.name);
    const stem = name.replace(pastTails, "").replace(pastHeads, "");
    if (stem === name) continue;
    const base = forms(stem).flatMap((one) => byName.get(`${table.schema} ${one}`) ?? [])[0];
    if (base && base !== table) past.set(table, base);
  }
  return past;
}

function snake(name: string): string {
  return name.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2").toLowerCase();
}

function forms(name: string): string[] {
  const parts = snake(name).split("_");
  return singulars(parts.at(-1) ?? "").map((last) => [...parts.slice(0, -1), last].join("_"));
}

/** What stands in a table and in its past is the same: the graver finding holds for both. */
export function judgeAlike(past: CatalogueTable, base: CatalogueTable, findings: Map<string, Finding>): void {
  for (const column of past.columns) {
    const other = base.columns.find(({ name }) => name === column.name);
    if (!other || elementFamilyOf(other) !== elementFamilyOf(column)) continue;
    const pair = [columnKey(past, column.name), columnKey(base, column.name)] as const;
    const [one, two] = [findings.get(pair[0]), findings.get(pair[1])];
    if (!one || !two || one.action === two.action || settled(one) || settled(two)) continue;
    const graver = weight(one) > weight(two) ? 0 : 1;
    const table = graver === 0 ? past : base;
    const from = graver === 0 ? one : two;
    findings.set(pair[1 - graver] ?? "", {
      ...from,
      reasons: [`as ${table.name}.${column.name}, of which it is a copy or the origin`, ...from.reasons],
    });
  }
}

const settled = ({ action, confidence }: Finding) => action === "keep" && confidence >= 0.97;
const weight = ({ action }: Finding) => ["keep", "review", "mask"].indexOf(action);
