import type { CatalogueTable } from "../../catalogue";
import { columnKey } from "../rules/lookup";
import type { Finding } from "./finding";
import type { Kind } from "./kinds";
import { learnSubject, subjectOf } from "./tableSubject";

const telling: Kind[] = ["email", "phone", "name", "number", "address"];

/**
 * A table of things whose values show a person is about people: two columns of different kinds, a name or an e-mail address among
 * them. True when that changed what the table is about, so that its columns must be judged again.
 */
export function subjectByValues(table: CatalogueTable, findings: ReadonlyMap<string, Finding>): boolean {
  if (!["thing", "geo", "content", "system", "unknown"].includes(subjectOf(table))) return false;
  let masked = false;
  const seen = new Set(
    table.columns.flatMap(({ name }) => {
      const { action, kind, reasons, confidence } = findings.get(columnKey(table, name)) ?? {};
      const byValue = reasons?.some((reason) => / of \d+ values$/.test(reason)) ?? false;
      masked ||= action === "mask" && byValue;
      // Names of people count for less in a table of things, until something beside them is a person's.
      return (confidence ?? 0) >= 0.3 &&
        action !== "keep" &&
        byValue &&
        kind !== undefined &&
        telling.includes(kind)
        ? [kind]
        : [];
    }),
  );
  if (!masked || seen.size < 2 || !(seen.has("name") || seen.has("email"))) return false;
  learnSubject(table, seen.has("name") ? "person" : "party");
  return true;
}
