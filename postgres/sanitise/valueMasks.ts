import { ident, literal } from "../connection";
import type { MaskSpec } from "./plan";
import type { Subject } from "./subject";

/** Degrees of latitude in a kilometre. */
const degreesPerKm = 1 / 111;

/** Masks of numbers, dates, addresses of machines, bytes: `compile`'s other half. */
export function compileValue(spec: MaskSpec, subject: Subject): string {
  const { params } = spec;
  const v = `(${subject.sql})::text collate "default"`;
  const whole = subject.family === "integer";
  switch (spec.with) {
    case "phone":
      if (whole || text(params.format) !== undefined) return digits(spec, subject, v);
      return params.fictional === undefined
        ? `prodcopy.${subject.nested ? "fresh" : "move"}_phone(${v})`
        : `prodcopy.fictional_phone(${v}, ${literal(homeOf(spec))})`;
    case "digits":
      return digits(spec, subject, v);
    case "postcode":
      if (whole) return `prodcopy.move_number(${subject.sql}, 0, ${largest(subject.baseType)})`;
      return text(params.format) === undefined
        ? `prodcopy.scramble(${v})`
        : `prodcopy.scramble_format(${v}, ${literal(String(params.format))})`;
    case "hash":
      return hash(spec, subject, v);
    case "token":
      return `left(prodcopy.hex('token:' || ${v}), 32)`;
    case "ip":
      return `prodcopy.ip(${subject.family === "ip" ? `host(${subject.sql})` : v})`;
    case "mac":
      return `prodcopy.mac(${v})`;
    case "date-shift":
      return dateShift(spec, subject);
    case "date-truncate":
      return dateTruncate(text(params.to), subject);
    case "number":
      return inRange(spec, subject);
    case "geo":
      return geo(subject, (number(params.km) ?? 20) * degreesPerKm);
    case "choice": {
      const list = (params.values as unknown[]).map((one) => literal(String(one)));
      return `(array[${list.join(", ")}]::text[])[1 + (prodcopy.pick('choice:' || ${v}) % ${list.length})::int]`;
    }
    case "bytes":
      return `decode(repeat('00', ${number(params.length) ?? `least(octet_length(${subject.sql}), 64)`}), 'hex')`;
    default:
      throw new Error(`the transformation ${spec.with} has no SQL for ${subject.family}`);
  }
}

function digits(spec: MaskSpec, subject: Subject, v: string): string {
  const fresh = subject.nested ? "fresh" : "move";
  const format = text(spec.params.format);
  if (format !== undefined) return `prodcopy.${fresh}_format(${v}, ${literal(format)})`;
  return subject.family === "integer"
    ? `prodcopy.move_number(${subject.sql}, ${keepFirst(spec)}, ${largest(subject.baseType)})`
    : `prodcopy.${fresh}_shape(${v}, ${keepFirst(spec)}, true)`;
}

/** The country of telephone numbers that are written without one; empty where the rules say none. */
function homeOf(spec: MaskSpec): string {
  return text(spec.params.fictional)?.slice(1) ?? "";
}

/** The digits that stay. */
function keepFirst(spec: MaskSpec): number {
  return number(spec.params.keep_first) ?? 0;
}

function hash(spec: MaskSpec, subject: Subject, v: string): string {
  if (subject.family === "bits") return `prodcopy.bits(${v}, length(${subject.sql}))`;
  const hex = `prodcopy.hex('hash:' || ${v})`;
  if (subject.family === "uuid") return `left(${hex}, 32)`;
  return `decode(left(${hex}, ${number(spec.params.length) ?? 32}), 'hex')`;
}

function dateShift(spec: MaskSpec, subject: Subject): string {
  const way = { past: -1, future: 1 }[text(spec.params.direction) ?? ""] ?? 0;
  const person = text(spec.params.person);
  const own = `(${subject.sql})::text collate "default"`;
  const key =
    person === undefined
      ? own
      : `coalesce('person:' || prodcopy.norm(${ident(person)}::text collate "default"), ${own})`;
  const shift = `prodcopy.days(${key}, ${number(spec.params.days) ?? 180}, ${way})`;
  // Infinity stays, and so does what has no room to move before the first day and after the last.
  const moved = (sql: string, family: string) =>
    `case when ${sql} between '4700-01-01 BC' and '200000-01-01' then ${sql} + ${family === "date" ? shift : `make_interval(days => ${shift})`} else ${sql} end`;
  if (subject.family === "text") return `prodcopy.shift_text(${own}, ${shift})`;
  if (subject.family !== "date range") return moved(subject.sql, subject.family);
  const bound = (fn: string) =>
    moved(`${fn}(${subject.sql})`, subject.baseType === "daterange" ? "date" : "timestamp");
  const edges = `case when lower_inc(${subject.sql}) then '[' else '(' end || case when upper_inc(${subject.sql}) then ']' else ')' end`;
  return `case when isempty(${subject.sql}) then ${subject.sql} else pg_catalog.${subject.baseType}(${bound("lower")}, ${bound("upper")}, ${edges}) end`;
}

function dateTruncate(to: string | undefined, subject: Subject): string {
  if (subject.family !== "time") return `date_trunc(${literal(to ?? "year")}, ${subject.sql})`;
  const unit = literal(to ?? "hour");
  return subject.baseType === "timetz"
    ? `date_trunc(${unit}, (${subject.sql})::time)::time`
    : `date_trunc(${unit}, ${subject.sql})`;
}

function inRange(spec: MaskSpec, subject: Subject): string {
  const low = number(spec.params.min) ?? 0;
  const high = number(spec.params.max) ?? Math.min(1000, mostOf(subject));
  if (subject.family === "integer") {
    return `prodcopy.whole((${subject.sql})::bigint, ${Math.ceil(low)}, ${Math.floor(high)})`;
  }
  const value = (sql: string) => `prodcopy.decimal((${sql})::numeric, ${low}, ${high}, ${places(subject)})`;
  if (subject.family === "decimal") return value(subject.sql);
  // A string or a number inside JSON: what is no number becomes one all the same.
  return `${value(`case when ${subject.sql} ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then ${subject.sql} else length(${subject.sql})::text end`)}`;
}

function geo(subject: Subject, most: number): string {
  const moved = (sql: string, scale: number) =>
    `prodcopy.geo((${sql})::numeric, (${subject.sql})::text, ${most.toFixed(6)}, ${scale})`;
  if (subject.family !== "point") return moved(subject.sql, Math.min(6, places(subject, 6)));
  return `point(${moved(`(${subject.sql})[0]`, 6)}::float8, ${moved(`(${subject.sql})[1]`, 6)}::float8)`;
}

/** The most that a whole number's type holds, and a decimal's that says how many digits. */
export function mostOf(subject: Pick<Subject, "baseType" | "type">): number {
  if (subject.baseType === "numeric") {
    const [, all, scale = "0"] = /\((\d+)(?:,(-?\d+))?\)/.exec(subject.type) ?? [];
    return all === undefined ? Infinity : 10 ** (Number(all) - Number(scale)) - 10 ** -Number(scale);
  }
  return { int2: 32767, int4: 2147483647 }[subject.baseType] ?? Infinity;
}

function largest(baseType: string): string {
  return { int2: "32767", int4: "2147483647" }[baseType] ?? "9223372036854775807";
}

/** Digits after the point: of `numeric(10,2)` two. */
function places({ type, baseType }: Subject, otherwise = 2): number {
  const scale = /\(\d+,(-?\d+)\)/.exec(type)?.[1];
  if (scale !== undefined) return Number(scale);
  return baseType === "numeric" && type.includes("(") ? 0 : otherwise;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
