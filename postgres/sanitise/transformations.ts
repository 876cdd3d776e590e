import { literal } from "../connection";
import type { MaskSpec } from "./plan";
import { compileArray, compileJson } from "./nested";
import type { CompileContext, Subject } from "./subject";

/** No column is longer; as a limit it stands for "none". */
const unlimited = 100_000_000;

/**
 * A mask as an SQL expression of the subject's type. What each means, takes and promises stands in
 * `rules/domains.ts`; the functions behind it in `functions/`. Expressions hold no subqueries, so that a table
 * can be rewritten with them.
 */
export function compile(spec: MaskSpec, subject: Subject, context: CompileContext): string {
  if (spec.with === "null") return `null::${subject.type}`;
  if (spec.with === "sql") return `(${String(spec.params.expression)})::${subject.type}`;
  if (spec.with === "constant") return `${literal(String(spec.params.value))}::${subject.type}`;
  if (spec.with === "json") return compileJson(spec, subject, context, compile);
  if (spec.with === "array") return compileArray(spec, subject, context, compile);
  return `(${compileScalar(spec, subject, context)})::${subject.type}`;
}

function compileScalar(spec: MaskSpec, subject: Subject, context: CompileContext): string {
  const { params } = spec;
  const v = `(${subject.sql})::text`;
  const most = subject.maxLength ?? unlimited;
  const cut = (sql: string) => (subject.maxLength === undefined ? sql : `left(${sql}, ${most})`);
  const whole = subject.family === "integer";
  switch (spec.with) {
    case "email": {
      const domain = text(params.domain) ?? context.domain;
      return `prodcopy.email(${v}, ${literal(domain)}, ${localSize(most, domain)}, ${subject.exactCase})`;
    }
    case "email-list": {
      const domain = text(params.domain) ?? context.domain;
      const separator = literal(text(params.separator) ?? ",");
      return `prodcopy.email_list(${v}, ${literal(domain)}, ${localSize(most, domain)}, ${separator}, ${most})`;
    }
    case "first-name":
      return cut(`prodcopy.first_name(${v})`);
    case "last-name":
      return cut(`prodcopy.last_name(${v})`);
    case "full-name":
      return cut(`prodcopy.full_name(${v})`);
    case "username":
      return `prodcopy.login_name(${v}, ${Math.min(15, most - 4)})`;
    case "phone":
    case "digits":
      if (text(params.format) !== undefined) {
        return `prodcopy.${subject.nested ? "fresh" : "move"}_format(${v}, ${literal(String(params.format))})`;
      }
      return whole
        ? `prodcopy.move_number(${subject.sql}, ${keepFirst(spec)}, ${largest(subject.type)})`
        : `prodcopy.${subject.nested ? "fresh" : "move"}_shape(${v}, ${keepFirst(spec)}, ${spec.with === "digits"})`;
    case "postcode":
      return text(params.format) === undefined
        ? `prodcopy.scramble(${v})`
        : `prodcopy.scramble_format(${v}, ${literal(String(params.format))})`;
    case "address-line":
      return cut(`prodcopy.address_line(${v})`);
    case "city":
      return cut(`prodcopy.city(${v})`);
    case "company":
      return cut(`prodcopy.company(${v})`);
    case "hash":
      return hash(spec, subject, v, most);
    case "token":
      if (subject.family === "uuid") return `left(prodcopy.hex('token:' || ${v}), 32)`;
      return token(v, text(params.prefix) ?? "", most);
    case "redact":
      return text(params.text) === undefined
        ? `prodcopy.redact(${v}, ${most})`
        : cut(literal(String(params.text)));
    case "date-shift":
      return dateShift(subject, number(params.days) ?? 180);
    case "date-truncate":
      return `date_trunc(${literal(text(params.to) ?? "year")}, ${subject.sql})`;
    case "number": {
      const low = number(params.min) ?? 0;
      const high = number(params.max) ?? 1000;
      if (whole) return `prodcopy.whole((${subject.sql})::bigint, ${Math.ceil(low)}, ${Math.floor(high)})`;
      return `prodcopy.decimal((${subject.sql})::numeric, ${low}, ${high}, ${places(subject.type)})`;
    }
    case "ip":
      return subject.family === "ip" ? `prodcopy.ip(host(${subject.sql}))` : cut(`prodcopy.ip(${v})`);
    case "url":
      return cut(
        `prodcopy.url(${v}, ${literal(text(params.host) ?? context.domain)}, ${params.keep_path === true})`,
      );
    case "bytes":
      return `decode(repeat('00', ${number(params.length) ?? `least(octet_length(${subject.sql}), 64)`}), 'hex')`;
    case "unusable-password":
      return params.format === "bcrypt"
        ? `'$2a$12$' || prodcopy.characters('password:' || ${v}, 53)`
        : `'!' || prodcopy.characters('password:' || ${v}, ${Math.min(40, most - 1)})`;
    case "file-name":
      return `prodcopy.file_name(${v}, ${params.keep_folder === true}, ${most})`;
    default:
      throw new Error(`the transformation ${spec.with} has no SQL`);
  }
}

/** The digits that stay, as `swaps.ts` must know too. */
export function keepFirst(spec: MaskSpec): number {
  return number(spec.params.keep_first) ?? 0;
}

function hash(spec: MaskSpec, subject: Subject, v: string, most: number): string {
  const size = Math.min(number(spec.params.length) ?? 32, most);
  const hex = `prodcopy.hex('hash:' || ${v})`;
  if (subject.family === "uuid") return `left(${hex}, 32)`;
  return subject.family === "bytes" ? `decode(left(${hex}, ${size}), 'hex')` : `left(${hex}, ${size})`;
}

function token(v: string, prefix: string, most: number): string {
  const room = most - prefix.length;
  return `${literal(prefix)} || prodcopy.characters('token:' || ${v}, least(${room}, greatest(8, length(${v}) - ${prefix.length})))`;
}

function dateShift(subject: Subject, days: number): string {
  const shift = `prodcopy.days((${subject.sql})::text, ${days})`;
  return subject.family === "date"
    ? `${subject.sql} + ${shift}`
    : `${subject.sql} + make_interval(days => ${shift})`;
}

/** Twenty characters tell any number of people apart; a narrow column gets what fits. */
function localSize(most: number, domain: string): number {
  return Math.min(20, most - 1 - domain.length);
}

function largest(type: string): string {
  return { smallint: "32767", integer: "2147483647" }[type] ?? "9223372036854775807";
}

/** Digits after the point: of `numeric(10,2)` two. */
function places(type: string): number {
  const scale = /\(\d+,(\d+)\)/.exec(type)?.[1];
  return scale === undefined ? (type.startsWith("numeric(") ? 0 : 2) : Number(scale);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
