import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, literal, qualified, rows, type Session } from "../../connection";
import { familyOf } from "../rules/families";
import { columnKey } from "../rules/lookup";
import type { Finding } from "./finding";
import type { Kind } from "./kinds";
import { sampledRows } from "./sample";

/** A table that keeps values under keys: `user_meta (key, value)`, settings with the mail server's password among them. */
interface Keyed {
  table: CatalogueTable;
  key: CatalogueColumn;
  value: CatalogueColumn;
}

const keyNames =
  /^(k|key|name|var|field|attribute|property|param|parameter|variable|setting|option|code|(\w+_)?(key|name|var|field|property|attribute|setting|option|pref|param))$/i;
const valueNames = /^(v|val|value|values|content|data|property_value|(\w+_)?(val|value|data))$/i;

/** What keys name, in `~*` of the server: a secret, then somebody's own. */
const signs: { kind: Kind; pattern: string; what: string }[] = [
  {
    kind: "credential",
    pattern:
      "passw|passphrase|secret|(^|[^a-z])(pwd|token|dsn|webhook)([^a-z]|$)|(api|private|access|auth|signing|encryption|license)[^a-z]?(key|token|code)|_token$|credential",
    what: "keys that name secrets",
  },
  {
    kind: "text",
    pattern:
      "e?-?mail(_?address|_?to|_?from)?$|(^|[^a-z])(phone|mobile|telephone|telefon|fax|address|street|iban|ssn|birth(day|date|_date)?|dob|ip)(s?|_?(number|no|line|1|2))([^a-z]|$)|(first|last|full|nick|family|given|sur|user|display|contact)[^a-z]?name",
    what: "keys that name what is somebody's",
  },
];

/**
 * Masks the values of tables whose keys name secrets or what is somebody's, whatever the table is about. Keys are compared inside
 * the server; a number comes back.
 */
export async function findKeyed(
  session: Session,
  tables: CatalogueTable[],
  readable: (table: CatalogueTable, column: CatalogueColumn) => boolean,
  findings: Map<string, Finding>,
): Promise<void> {
  const open = tables.flatMap((table): Keyed[] => {
    const texts = table.columns.filter((one) => readable(table, one) && !one.generated);
    const key = texts.find((one) => familyOf(one) === "text" && keyNames.test(one.name));
    const value = texts.find(
      (one) => one !== key && ["text", "json"].includes(familyOf(one)) && valueNames.test(one.name),
    );
    if (key === undefined || value === undefined) return [];
    return findings.get(columnKey(table, value.name))?.action === "mask" ? [] : [{ table, key, value }];
  });
  if (open.length === 0) return;
  const counts = open.map(({ table, key, value }, i) => {
    const found = signs.map(
      ({ pattern }, s) => `count(*) filter (where k ~* ${literal(pattern)})::int as s${s}`,
    );
    return `select ${i} as i, ${found.join(", ")} from (select ${ident(key.name)}::text as k from ${qualified(table.schema, table.name)}
      where nullif(${ident(value.name)}::text, '') is not null limit ${sampledRows}) one`;
  });
  const answers = await rows<{ i: number; [sign: `s${number}`]: number }>(
    session,
    "looking at keys that stand beside values",
    counts.join(" union all "),
  );
  for (const answer of answers) {
    const place = open[answer.i];
    const sign = signs.find((_, s) => (answer[`s${s}`] ?? 0) > 0);
    if (place === undefined || sign === undefined) continue;
    const at = columnKey(place.table, place.value.name);
    const before = findings.get(at);
    if (before === undefined || before.confidence === 1) continue;
    const reasons = [`${sign.what} stand beside it in ${place.key.name}`, ...before.reasons];
    findings.set(at, { ...before, action: "mask", kind: sign.kind, confidence: 0.75, reasons });
  }
}
