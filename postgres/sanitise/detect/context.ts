import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { elementFamilyOf } from "../rules/families";
import { bareWords } from "./affixes";
import { isPlace } from "./harmless";
import type { Kind } from "./kinds";
import { kindsOf } from "./nameKinds";
import { isNamed, type Subject } from "./tableSubject";
import { tableWords } from "./tableWords";
import { nameWords } from "./vocabulary";

/** What the columns beside it add: `state` is of an address only beside one, `name` a person's beside an e-mail address. */
export function inContext(
  named: { kind: Kind; sure: number }[],
  column: CatalogueColumn,
  table: CatalogueTable | undefined,
  subject: Subject,
): { kind: Kind; sure: number }[] {
  if (table === undefined) return named;
  const beside = new Set(besides(table));
  const words = nameWords(column.name);
  const last = words.at(-1) ?? "";
  const ofThings = ["thing", "geo", "system", "content"].includes(subject);
  return named.map(({ kind, sure }) => {
    if (kind === "address" && ["state", "region", "place", "st"].includes(last)) {
      const own = bareWords(table, column.name) ?? words;
      const ofAddress =
        own.length === 1 ||
        words.slice(0, -1).some((word) => addressParts.has(word) || tableWords.get(word) === "person");
      // Alone beside a postcode, it is more likely how far the row has come.
      const bare = last === "state" && (bareWords(table, column.name) ?? words).length === 1;
      const among = beside.has("address") && (!bare || besideTown(table));
      return { kind, sure: among && ofAddress ? sure : sure * 0.3 };
    }
    if (kind === "address" && subject === "unknown" && words.length === 1 && addressColumns(table) >= 3) {
      return { kind, sure: Math.max(sure, 0.6) };
    }
    // A log that notes where a request came from notes the town as well.
    if (
      ["address", "location"].includes(kind) &&
      ["log", "credential", "geo", "unknown"].includes(subject) &&
      beside.has("network") &&
      words.length === 1
    ) {
      return { kind, sure: Math.max(sure, last === "country" ? 0.3 : 0.55) };
    }
    const open =
      ["message", "log", "unknown", "credential"].includes(subject) ||
      (subject === "party" && !isNamed(table));
    // Which machine took a job.
    if (
      kind === "username" &&
      /^(locked|reserved|run|picked|executed|processed) by$/.test(words.join(" ")) &&
      (jobs.test(table.name) || table.columns.some((one) => /^(attempts|retry_after|run_at)$/.test(one.name)))
    ) {
      return { kind, sure: sure * 0.3 };
    }
    if (kind === "name" && open && sure >= 0.3 && (beside.has("email") || beside.has("phone"))) {
      return { kind, sure: Math.max(sure, 0.65) };
    }
    // People have names to show, and so have plans, organisations and whatever else is listed.
    const shown = kind === "username" && last === "name" && words.at(-2) === "display";
    if (shown && ofThings) return { kind, sure: sure * 0.4 };
    const ofOne = table.columns.some((one) => /avatar|user_?id$|account_?id$/i.test(one.name));
    const alone =
      !ofOne && !(["email", "phone", "credential", "birth"] as const).some((one) => beside.has(one));
    if (shown && alone && ["party", "unknown"].includes(subject)) return { kind, sure: sure * 0.5 };
    if (kind === "name" && subject === "party" && words.length === 1 && isPlace(table)) {
      return { kind, sure: sure * 0.4 };
    }
    // Organisations and packages have handles as well.
    const owner = tableWords.get(words.at(-2) ?? "");
    const ofOthers = ofThings || subject === "party" || owner === "party" || owner === "thing";
    if (kind === "username" && last === "handle" && ofOthers) return { kind, sure: sure * 0.5 };
    // What a payment service calls a plan is nobody's.
    if (kind === "token" && last === "id" && ofThings) return { kind, sure: sure * 0.5 };
    if (
      (kind === "picture" || kind === "username") &&
      words.some((word) => /^(icon|logo|favicon|emoji|flag|badge)$/.test(word))
    ) {
      return { kind, sure: sure * 0.5 };
    }
    if (kind === "name" && subject === "system") return { kind, sure: sure * 0.5 };
    if (kind === "text" && subject === "thing" && words.length === 1) return { kind, sure: sure * 0.5 };
    if (kind === "text" && ["system", "content"].includes(subject)) return { kind, sure: sure * 0.4 };
    if (
      kind === "text" &&
      elementFamilyOf(column) === "json" &&
      jsonOfPeople.has(last) &&
      !ofThings &&
      sure >= 0.3
    ) {
      return { kind, sure: Math.max(sure, 0.52) };
    }
    return { kind, sure };
  });
}

const jobs = /(jobs?|queues?|tasks?|outbox|batch(es)?|workers?|locks?)$/i;
const addressParts = new Set(
  "billing bill shipping ship home mailing delivery address addr residence residential postal work".split(
    " ",
  ),
);
const besideOf = new WeakMap<CatalogueTable, Kind[]>();

/** Kinds that the names of a table's columns say themselves. */
function besides(table: CatalogueTable): Kind[] {
  const known = besideOf.get(table);
  if (known) return known;
  const all = table.columns.filter((one) => elementFamilyOf(one) === "text");
  const kinds = all.flatMap((one) => {
    const said = kindsOf(nameWords(one.name), "unknown").filter(({ sure }) => sure >= 0.8);
    return [
      ...said.map(({ kind }) => kind),
      ...(nameWords(one.name).at(-1) === "city" ? (["address"] as const) : []),
    ];
  });
  if (table.columns.some((one) => elementFamilyOf(one) === "ip")) kinds.push("network");
  besideOf.set(table, kinds);
  return kinds;
}

/** How many columns may each be a part of an address. */
function addressColumns(table: CatalogueTable): number {
  const said = (name: string) =>
    kindsOf(nameWords(name), "address").some((one) => one.kind === "address" && one.sure >= 0.8);
  return table.columns.filter((one) => elementFamilyOf(one) === "text" && said(one.name)).length;
}

/** A town by itself, or a line with a postcode: `recipient_town` says nothing of a `state`. */
function besideTown(table: CatalogueTable): boolean {
  const own = table.columns.flatMap(({ name }) => {
    const words = bareWords(table, name) ?? nameWords(name);
    return words.length === 1 ? words : [];
  });
  const has = (words: RegExp) => own.some((word) => words.test(word));
  return (
    has(/^(city|town|suburb|locality|county|zip|zipcode)$/) ||
    (has(/^(address|addr|street|line)$/) && has(/^(postcode|postalcode)$/))
  );
}

const jsonOfPeople = new Set(
  "profile preferences info details data payload params context ctx extra metadata meta headers body fields raw request response changes object snapshot attachments".split(
    " ",
  ),
);
