import type { NamedColumn, NamedTable } from "./names";
import { drawer, randomOf, type Draw } from "./values";

/** Rows of made-up values for a schema of names: personal ones where a column is labelled, else what such columns hold elsewhere. */
export function madeRows(table: NamedTable, tables: NamedTable[], count: number, seed: number): unknown[][] {
  const draw = drawer(randomOf(seed));
  const keyed = new Set(tables.map(({ name }) => name));
  return Array.from({ length: count }, (_, row) =>
    table.columns.map((column, i) => {
      const own = i === 0 && (column.name === "id" || tables.some((one) => refersTo(one, table.name)));
      if (own) return keyOf(column.type, row);
      if (column.refersTo !== undefined && keyed.has(column.refersTo)) {
        const key = tables.find(({ name }) => name === column.refersTo)?.columns[0];
        return key?.type === column.type ? keyOf(column.type, draw.whole(count)) : null;
      }
      return shortened(valueOf(column, draw), column.type);
    }),
  );
}

function refersTo(table: NamedTable, name: string): boolean {
  return table.columns.some((column) => column.refersTo === name);
}

function keyOf(type: string, row: number): unknown {
  if (type === "uuid") return `00000000-0000-4000-8000-${String(row).padStart(12, "0")}`;
  return /int|numeric/.test(type) ? row + 1 : `k${row + 1}`;
}

function shortened(value: unknown, type: string): unknown {
  const limit = /^(?:var)?char\((\d+)\)$/.exec(type)?.[1] ?? (type === "char" ? "1" : undefined);
  return typeof value === "string" && limit !== undefined ? value.slice(0, Number(limit)) : value;
}

function valueOf(column: NamedColumn, draw: Draw): unknown {
  const { name, type, label } = column;
  if (type.endsWith("[]")) return [valueOf({ ...column, type: type.slice(0, -2) }, draw)];
  if (/^(boolean|bool)$/.test(type)) return draw.whole(2) === 0;
  if (type === "point") return `(${draw.whole(90)}, ${draw.whole(90)})`;
  if (/int|numeric|float|real/.test(type)) return numberOf(column, draw);
  if (type === "date") return label === "birth" ? draw.date() : draw.recent();
  if (/^timestamp/.test(type)) return `${label === "birth" ? draw.date() : draw.recent()} 10:00:00`;
  if (type === "time") return "10:00:00";
  if (type === "interval") return "1 day";
  if (type === "uuid") return `${draw.hex(8)}-${draw.hex(4)}-4${draw.hex(3)}-8${draw.hex(3)}-${draw.hex(12)}`;
  if (type === "inet") return draw.ip();
  if (type === "tsvector") return "complete order";
  const text =
    label === undefined || label === "?" ? harmlessText(name, draw) : personalText(label, name, draw);
  if (/^jsonb?$/.test(type)) {
    return JSON.stringify(label === undefined ? { colour: draw.state(), size: 3 } : { said: text });
  }
  return type === "bytea" ? Buffer.from(text) : text;
}

function numberOf({ name, type, label }: NamedColumn, draw: Draw): number {
  if (label === "birth") return /year|yyyy/.test(name) ? 1945 + draw.whole(60) : 1 + draw.whole(12);
  if (label === "location" || /^(lat|lon)/.test(name)) return Math.round(draw.whole(9_000_000)) / 100_000;
  return draw.whole(type === "smallint" ? 100 : 5000);
}

function personalText(label: string, name: string, draw: Draw): string {
  switch (label) {
    case "email":
      return draw.email();
    case "phone":
      return draw.phone();
    case "name":
      if (/suffix|prefix|initial|middle/i.test(name)) return draw.one(["Jr", "Dr", "A", "M"]);
      if (/first|given|vorname|prenom|nombre$|fn$/i.test(name)) return draw.given();
      return /last|family|surname|apellidos|maiden|^nom$/i.test(name) ? draw.family() : draw.fullName();
    case "username":
      return /url|link/.test(name) ? `https://example.org/${draw.login()}` : draw.login();
    case "address":
      if (/city|town|ville|ciudad|citta|local|place/i.test(name)) return draw.town();
      if (/zip|post|cap$|cp$/i.test(name)) return draw.postcode();
      return /state|prov|region|county/i.test(name) ? draw.one(["NSW", "QLD", "VIC", "WA"]) : draw.street();
    case "birth":
      return /place|luogo|city/.test(name) ? draw.town() : draw.date();
    case "number":
      return draw.one([draw.iban, draw.national, () => draw.digits(11)])();
    case "credential":
      return draw.secret();
    case "token":
      return draw.token();
    case "network":
      return /agent|browser/.test(name) ? draw.agent() : draw.ip();
    case "picture":
      return draw.file();
    default:
      return draw.text();
  }
}

function harmlessText(name: string, draw: Draw): string {
  if (/(hash|digest|checksum|md5|sha|etag)$/i.test(name)) return draw.hex(40);
  if (/(url|uri|link|path|href)$/i.test(name)) return `/catalogue/${draw.code().toLowerCase()}`;
  if (/(code|number|ref|reference|sku|key|id|num|no)_?$/i.test(name)) return draw.code();
  if (/(name|title|label|product)s?_?$/i.test(name)) return draw.product();
  return /(descr|text|body|content|details)/i.test(name)
    ? `The ${draw.product()} comes in ${draw.one(["red", "blue"])}`
    : draw.state();
}

/** The same schema without a word: tables and columns have numbers, keys are gone. Labels stay. */
export function withoutNames(tables: NamedTable[]): NamedTable[] {
  return tables.map(({ columns }, t) => ({
    name: `t${t + 1}`,
    columns: columns.map(({ type, label }, c) => ({ name: `c${c + 1}`, type, label })),
  }));
}
