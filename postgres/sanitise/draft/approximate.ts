import type { CatalogueColumn } from "../../catalogue";
import { literal } from "../../connection";
import type { MaskSpec } from "../plan";
import { filler } from "../words/filler";

/** Whether a result has the shape of the value before, so that a check on the shape holds for it as it did before. */
export function keepsShape({ with: name, params }: MaskSpec): boolean {
  return ["phone", "digits", "postcode"].includes(name) && params.format === undefined;
}

/**
 * An SQL expression whose results look like those of a mask, without the run's key and functions, which exist only in a copy: enough to
 * try checks on and to show a shape. Undefined where there is no such thing.
 */
export function approximation(
  spec: MaskSpec,
  column: CatalogueColumn,
  value: string,
  domain: string,
): string | undefined {
  const v = `(${value})::text collate "default"`;
  const most = column.maxLength;
  const cut = (sql: string) => (most === undefined ? sql : `rtrim(left(${sql}, ${most}))`);
  const text = (sql: string) => `case when ${v} is null or ${v} = '' then ${v} else ${sql} end`;
  const hex = (size: number) => `left(md5(${v}) || md5('x' || ${v}), ${size})`;
  switch (spec.with) {
    case "null":
      return `null::${column.type}`;
    case "email":
    case "email-list":
      return text(`${hex(Math.min(20, (most ?? 254) - 1 - domain.length))} || ${literal(`@${domain}`)}`);
    case "first-name":
      return text(cut("'Isolde'"));
    case "last-name":
      return text(cut("'Kestrinvoort'"));
    case "full-name":
      return text(cut("'Isolde Kestrinvoort'"));
    case "username":
      return text(cut("'user10293847561'"));
    case "phone":
    case "digits":
      if (typeof spec.params.format === "string") {
        return text(literal(spec.params.format.replaceAll("#", "7")));
      }
      if (largest[column.baseType] !== undefined) return mirrored(value, largest[column.baseType]);
      // The country code stays.
      return spec.with === "phone"
        ? `left(${v}, 5) || translate(substr(${v}, 6), '${digits}', '${otherDigits}')`
        : shifted(v);
    case "postcode":
      return `translate(${v}, '${digits}${letters}', '${otherDigits}${otherLetters}')`;
    case "address-line":
      return text(cut("'12 Barleydene'"));
    case "city":
      return text(cut("'Amberbourne'"));
    case "company":
      return text(cut("'Cinderworks'"));
    case "hash":
      return text(hex(Math.min(32, most ?? 32)));
    case "token":
      return text(cut(`rpad(${hex(64)}, greatest(8, length(${v})), 'k')`));
    case "redact":
      return text(redacted(v, most));
    case "ip":
      return `case when ${v} is null then null else '198.51.100.7' end`;
    case "url":
      return text(cut(`'https://${domain}/' || ${hex(16)}`));
    case "unusable-password":
      return text(cut(`'!' || ${hex(40)}`));
    case "file-name":
      return text(cut(`${hex(16)} || coalesce(substring(${v} from '[.][A-Za-z0-9]{1,5}$'), '')`));
    case "choice":
      return text(literal(String((spec.params.values as unknown[])[0])));
    case "date-shift":
      return `(${value}) + interval '97 days'`;
    case "number":
      return `case when ${v} is not null then ${Number(spec.params.min ?? 0)} end`;
    default:
      return undefined;
  }
}

/** Filler as long as the transformation's: `prodcopy.redact`. */
function redacted(v: string, most: number | undefined): string {
  const longest = Math.min(most ?? filler.length * 8, filler.length * 8);
  const size = `least(${longest}, greatest(8, power(2::float8, floor(ln(length(${v})::float8) / ln(2::float8)))::int))`;
  return `regexp_replace(left(${literal(filler.repeat(8))}, ${size}), ' $', '.')`;
}

const digits = "0123456789";
const otherDigits = "1234567890";
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const otherLetters = "bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA";

/** Digits of a text, and its letters as well where they are more than the name of a series: `prodcopy.move_shape`. */
function shifted(v: string): string {
  return (
    `case when ${v} ~ '[0-9]([^0-9]*[0-9]){3}' and ${v} ~ '^[^[:alpha:]]*[A-Za-z]{0,3}[^[:alpha:]]*$' ` +
    `then translate(${v}, '${digits}', '${otherDigits}') ` +
    `else translate(${v}, '${digits}${letters}', '${otherDigits}${otherLetters}') end`
  );
}

const largest: Record<string, string | undefined> = {
  int2: "32767",
  int4: "2147483647",
  int8: "9223372036854775807",
};

/** A whole number at the other end of those with as many digits, within its type: `prodcopy.move_number`. */
function mirrored(value: string, most = ""): string {
  const n = `abs((${value})::numeric)`;
  const low = `(case when ${n} < 10 then 0 else power(10::numeric, trunc(log(${n}))) end)`;
  const high = `least(${most}, case when ${n} < 10 then 9 else power(10::numeric, trunc(log(${n})) + 1) - 1 end)`;
  return `case when ${value} < 0 then -1 else 1 end * trunc(${low} + ${high} - ${n})`;
}
