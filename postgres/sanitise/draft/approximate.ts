import type { CatalogueColumn } from "../../catalogue";
import { literal } from "../../connection";
import type { MaskSpec } from "../plan";

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
  const v = `(${value})::text`;
  const most = column.maxLength;
  const cut = (sql: string) => (most === undefined ? sql : `left(${sql}, ${most})`);
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
      return typeof spec.params.format === "string"
        ? text(literal(spec.params.format.replaceAll("#", "7")))
        : `translate(${v}, '0123456789', '1234567890')`;
    case "postcode":
      return `translate(${v}, '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '1234567890bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA')`;
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
      return text(cut(`left(repeat('lorem ipsum dolor ', 1 + length(${v}) / 18), length(${v}))`));
    case "ip":
      return `case when ${v} is null then null else '198.51.100.7' end`;
    case "url":
      return text(cut(`'https://${domain}/' || ${hex(16)}`));
    case "unusable-password":
      return text(cut(`'!' || ${hex(40)}`));
    case "file-name":
      return text(cut(`${hex(16)} || coalesce(substring(${v} from '[.][A-Za-z0-9]{1,5}$'), '')`));
    case "date-shift":
      return `(${value}) + interval '97 days'`;
    case "number":
      return `case when ${v} is not null then ${Number(spec.params.min ?? 0)} end`;
    default:
      return undefined;
  }
}
