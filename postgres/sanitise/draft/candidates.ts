import type { CatalogueColumn } from "../../catalogue";
import { ident } from "../../connection";
import type { Finding } from "../detect/finding";
import type { Kind } from "../detect/kinds";
import { kindsOf } from "../detect/nameKinds";
import { sureEnough } from "../detect/personalNames";
import { nameWords } from "../detect/vocabulary";
import type { MaskSpec } from "../plan";
import { transformations } from "../rules/domains";
import { familyOf } from "../rules/families";
import { typeMisfits } from "../rules/fits";

const spec = (name: MaskSpec["with"], params: Record<string, unknown> = {}): MaskSpec => ({
  with: name,
  params,
});
const none = spec("null");

/**
 * The transformations for a column, the most fitting first. The later ones give up likeness for uniqueness, shape or length; none
 * is checked here against the column.
 */
export function candidatesFor(column: CatalogueColumn, finding: Finding): MaskSpec[] {
  const { kind } = finding;
  switch (familyOf(column)) {
    case "text":
      return [
        ...textual(kind, column, finding),
        spec("redact"),
        spec("token"),
        spec("hash"),
        spec("digits"),
        none,
        spec("postcode"),
      ];
    case "uuid":
      return [spec("token")];
    case "json":
      return [spec("json", pathsOf(finding)), spec("json"), none];
    case "bytes":
      return kind === "credential" || kind === "token"
        ? [spec("hash"), none]
        : [spec("bytes"), spec("hash"), none];
    case "array": {
      const element = { ...column, isArray: false };
      const each = ["json", "array"].includes(familyOf(element)) ? [] : candidatesFor(element, finding);
      return [...each.map((one) => spec("array", { each: one })), none, emptied(column, "{}")];
    }
    case "ip":
      return [spec("ip"), none];
    case "date":
    case "timestamp":
      return [spec("date-shift"), none];
    case "integer":
      if (kind === "birth") return [spec("number", { min: 1940, max: 2005 }), spec("digits"), none];
      if (kind === "sensitive") return [spec("number", { min: 1, max: 1000 }), spec("digits"), none];
      return [spec(kind === "phone" ? "phone" : "digits"), none];
    case "decimal":
      return [decimal(column, kind), none];
    case "enum":
      return [none];
    case "composite":
      return [composed(column, finding), none];
    case "hstore":
    case "xml":
    case "tsvector":
      return [spec("redact"), none];
    case "mac":
      return [spec("mac"), none];
    case "point":
      return [spec("geo"), none];
    case "date range":
      return [spec("date-shift"), none];
    default:
      return others(column);
  }
}

/** What each field's name speaks for; the transformation itself redacts the others. */
function composed(column: CatalogueColumn, finding: Finding): MaskSpec {
  const fields = (column.fields ?? []).flatMap((field): [string, MaskSpec][] => {
    if (familyOf(field) === "composite") return [[field.name, composed(field, finding)]];
    const hint = kindsOf(nameWords(field.name), "person").find(({ sure }) => sure >= sureEnough);
    if (hint === undefined) return [];
    const own = { ...finding, kind: hint.kind, places: [], list: false };
    const takes = (one: MaskSpec) =>
      typeMisfits(one, field).length === 0 &&
      (transformations[one.with].minimumLength?.(one.params, ["example.invalid"]) ?? 0) <=
        (field.maxLength ?? Infinity);
    const fitting = candidatesFor(field, own).find((one) => one.with !== "sql" && takes(one));
    return fitting === undefined ? [] : [[field.name, fitting]];
  });
  return spec("composite", fields.length > 0 ? { fields: Object.fromEntries(fields) } : {});
}

function textual(
  kind: Kind | undefined,
  column: { name: string; maxLength?: number | undefined },
  finding: Finding,
): MaskSpec[] {
  const words = nameWords(column.name);
  const has = (list: string) => list.split(" ").some((word) => words.includes(word));
  const joined = ` ${words.join(" ")} `;
  switch (kind) {
    case "email":
      return finding.list ? [spec("email-list"), spec("email")] : [spec("email")];
    case "phone":
      return [spec("phone")];
    case "name":
      if (firstWords.test(joined)) return [spec("first-name"), spec("username")];
      if (lastWords.test(joined)) return [spec("last-name"), spec("username")];
      return [
        spec(has("company firm org organisation organization") ? "company" : "full-name"),
        spec("username"),
      ];
    case "username":
      return has("url website link homepage blog") ? [spec("url"), spec("username")] : [spec("username")];
    case "address":
      if (postWords.test(joined)) return [spec("postcode"), spec("digits")];
      if (
        / (hausnr|hausnummer|huisnummer|nr domu|house number|apartment|pobox|postbus|state|st) /.test(
          joined,
        ) &&
        (column.maxLength ?? 99) <= 12
      ) {
        return [spec("postcode"), spec("digits")];
      }
      return townWords.test(joined) ? [spec("city"), spec("address-line")] : [spec("address-line")];
    case "birth":
      return [none, spec("digits")];
    case "number":
      if (seenAs(finding, "IBANs")) return [spec("iban"), spec("digits")];
      return seenAs(finding, "card numbers") ? [spec("card"), spec("digits")] : [spec("digits")];
    case "credential":
      return has("salt pin answer ans question")
        ? [spec("token"), spec("digits")]
        : [spec("unusable-password"), spec("token")];
    case "token":
      return / (url|link) /.test(joined) ? [spec("url"), spec("token")] : [spec("token"), spec("hash")];
    case "network":
      return has("ip ips ipaddress ipaddr remoteip clientip addr address remoteaddr")
        ? [spec("ip")]
        : / (ua|agent|useragent) /.test(joined)
          ? [spec("user-agent")]
          : seenAs(finding, "network addresses")
            ? [spec("ip")]
            : [];
    case "picture":
      return [has("url link href") ? spec("url") : spec("file-name"), spec("file-name"), none];
    case "location":
    case "sensitive":
      return [none];
    default:
      return [spec("redact")];
  }
}

const firstWords =
  / (first|given|fname|firstname|givenname|forename|middle|mname|middlename|vorname|rufname|prenom|voornaam|fornamn|fornavn|etunimi|imie|jmeno|imya|otchestvo|имя|отчество|adi?|nick|nickname|initials|nombre|nombres|名) /u;
const lastWords =
  / (last|family|sur|lname|lastname|surname|maiden|familyname|maidenname|nachname|familienname|geburtsname|apellido|apellidos|cognome|sobrenome|apelido|achternaam|efternamn|efternavn|etternavn|sukunimi|nazwisko|prijmeni|soyad|soyadi|familiya|фамилия) /u;
const postWords =
  / (zip|zips|zipcode|postcode|postalcode|plz|postleitzahl|codepostal|cep|postnummer|postnr|postinumero|psc|cap|cp|индекс|郵便番号|邮编|우편번호|postal|code postal|codigo postal|kod pocztowy|post code) /u;
const townWords =
  / (city|cty|town|ville|ciudad|cidade|citta|stadt|ort|wohnort|miasto|mesto|kaupunki|sehir|plaats|woonplaats|stad|by|suburb|locality|gorod|city|город|市|postort|bairro|colonia|county|state|region|province|district|place|municipality|kraj) /u;

function seenAs(finding: Finding, what: string): boolean {
  return finding.reasons.some((reason) => reason.startsWith(what));
}

/** For a number of limited size: what it can hold. */
function decimal(column: CatalogueColumn, kind: Kind | undefined): MaskSpec {
  if (kind === "location") return spec("geo");
  const [, precision, scale = "0"] = /\((\d+)(?:,(\d+))?\)/.exec(column.type) ?? [];
  const most = precision === undefined ? 1000 : 10 ** Math.min(6, Number(precision) - Number(scale)) - 1;
  return spec("number", { min: 0, max: Math.max(1, most) });
}

/** Types that no transformation knows: nothing, or a value that says nothing. */
function others(column: CatalogueColumn): MaskSpec[] {
  const empty: Record<string, string> = {
    ltree: "",
    geometry: "POINT(0 0)",
    geography: "POINT(0 0)",
  };
  const value = empty[column.baseType];
  return value === undefined ? [none] : [none, emptied(column, value)];
}

function emptied(column: CatalogueColumn, value: string): MaskSpec {
  return spec("sql", { expression: `case when ${ident(column.name)} is not null then '${value}' end` });
}

function pathsOf(finding: Finding): Record<string, unknown> {
  const paths = finding.places.flatMap(({ path, kind, sure }) => {
    const name = /([^.[\]]+)(?:\[\*\])*$/.exec(path)?.[1] ?? "";
    const one = leaf(kind, name, finding);
    return one !== undefined && sure >= 0.5 && pathShape.test(path) ? [[path, one] as const] : [];
  });
  return paths.length > 0 ? { paths: Object.fromEntries(paths) } : {};
}

/** What a string of a document becomes, as a column of that name would. The rest is redacted. */
function leaf(kind: Kind, name: string, finding: Finding): MaskSpec | undefined {
  if (kind === "birth") {
    return notADay.test(` ${nameWords(name).join(" ")} `) ? undefined : spec("date-shift");
  }
  if (kind === "network") return spec("ip");
  return inDocuments.includes(kind) ? textual(kind, { name }, finding)[0] : undefined;
}

const inDocuments: Kind[] = [
  "email",
  "phone",
  "name",
  "username",
  "address",
  "number",
  "token",
  "credential",
];

/** Of births what is no date: it could not be moved by days. */
const notADay =
  / (year|yr|jahr|ano|annee|rok|month|monat|mes|mois|age|time|place|ort|lugar|lieu|city|town|country|state|name) /;

const pathShape = /^\$(\.(\*|[A-Za-z_][A-Za-z0-9_-]*)|\[\*\])+$/;
