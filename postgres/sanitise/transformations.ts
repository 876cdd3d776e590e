import { ident, literal } from "../connection";
import { compileComposite } from "./composite";
import { compileArray, compileHstore, compileJson } from "./nested";
import type { MaskSpec } from "./plan";
import type { CompileContext, Subject } from "./subject";
import { compileValue, number, text } from "./valueMasks";

/** No column is longer; as a limit it stands for "none". */
const unlimited = 100_000_000;

/** In columns shorter than this a cut result may meet by chance what stood there. */
const narrow = 30;

/**
 * A mask as an SQL expression of the subject's type. What each means, takes and promises stands in
 * `rules/domains/`; the functions behind it in `functions/`. Expressions hold no subqueries, so that a table
 * can be rewritten with them.
 */
export function compile(spec: MaskSpec, subject: Subject, context: CompileContext): string {
  if (spec.with === "null") return `null::${subject.type}`;
  if (spec.with === "sql") return `(${String(spec.params.expression)})::${subject.type}`;
  if (spec.with === "constant") return `${literal(String(spec.params.value))}::${subject.type}`;
  if (spec.with === "json") return compileJson(spec, subject, context, compile);
  if (spec.with === "hstore") return compileHstore(spec, subject, context, compile);
  if (spec.with === "array") return compileArray(spec, subject, context, compile);
  if (spec.with === "composite") return compileComposite(spec, subject, context, compile);
  const document = asDocument(spec, subject);
  if (document !== undefined) return compile(document, subject, context);
  return `(${compileText(spec, subject, context) ?? compileValue(spec, subject)})::${subject.type}`;
}

/** Masks of running text, on a column of documents: the same for every text in them. */
function asDocument(spec: MaskSpec, subject: Subject): MaskSpec | undefined {
  if (spec.with !== "redact" && spec.with !== "mentions") return undefined;
  if (subject.family !== "json" && subject.family !== "hstore") return undefined;
  const other = spec.with === "mentions" || text(spec.params.text) !== undefined ? spec : "redact";
  return { with: subject.family, params: { other } };
}

/** Masks that make a text; undefined for the others. */
function compileText(spec: MaskSpec, subject: Subject, context: CompileContext): string | undefined {
  const { params } = spec;
  // Patterns know no collation in which different texts are equal, and the functions take over that of what they are given.
  const v = `(${subject.sql})::text collate "default"`;
  const most = subject.maxLength ?? unlimited;
  const cut = (sql: string) => {
    if (subject.maxLength === undefined) return sql;
    return most < narrow ? `prodcopy.cut(${sql}, ${v}, ${most})` : `rtrim(left(${sql}, ${most}))`;
  };
  const who = personOf(spec);
  const domain = text(params.domain) ?? context.domain;
  const named = (fn: string) => {
    const list = text(params.list) ?? "auto";
    const script = list === "auto" ? `prodcopy.script(${v})` : literal(list);
    return cut(`prodcopy.${fn}(${v}, ${who ?? "null"}, ${script})`);
  };
  switch (spec.with) {
    case "email": {
      const plain = `prodcopy.email(${v}, ${literal(domain)}, ${localSize(most, domain)}, ${subject.exactCase})`;
      const room = Math.min(40, most - 1 - domain.length);
      return who === undefined
        ? plain
        : `coalesce(prodcopy.handle(${who}, ${room}) || ${literal(`@${domain}`)}, ${plain})`;
    }
    case "email-list": {
      const separator = literal(text(params.separator) ?? ",");
      return `prodcopy.email_list(${v}, ${literal(domain)}, ${localSize(most, domain)}, ${separator}, ${most})`;
    }
    case "first-name":
      return named("first_name");
    case "last-name":
      return named("last_name");
    case "full-name":
      return named("full_name");
    case "username": {
      const plain = `prodcopy.login_name(${v}, ${most})`;
      return who === undefined ? plain : `coalesce(prodcopy.handle(${who}, ${Math.min(40, most)}), ${plain})`;
    }
    case "address-line":
      return named("address_line");
    case "city":
      return named("city");
    case "company":
      return named("company");
    case "user-agent":
      return cut(`prodcopy.user_agent(${v})`);
    case "iban":
      return `prodcopy.iban(${v})`;
    case "card":
      return `prodcopy.card(${v})`;
    case "redact":
      if (subject.family === "xml") return `prodcopy.redact_xml(${v})`;
      if (subject.family === "tsvector") return "''";
      return text(params.text) === undefined
        ? `prodcopy.redact(${v}, ${most})`
        : cut(literal(String(params.text)));
    case "mentions":
      return `left(prodcopy.replace_mentions(${v}, ${literal(domain)}, ${literal(text(params.phone_format) ?? "")}, ${params.names !== false}), ${most})`;
    case "url":
      return cut(
        `prodcopy.url(${v}, ${literal(text(params.host) ?? context.domain)}, ${params.keep_path === true})`,
      );
    case "unusable-password":
      return params.format === "bcrypt"
        ? `'$2a$12$' || prodcopy.characters('password:' || ${v}, 53)`
        : `'!' || prodcopy.characters('password:' || ${v}, ${Math.min(40, most - 1)})`;
    case "file-name":
      return `prodcopy.file_name(${v}, ${params.keep_folder === true}, ${most})`;
    case "token":
      if (subject.family === "uuid") return undefined;
      return token(v, text(params.prefix) ?? "", most);
    case "hash":
      if (subject.family !== "text") return undefined;
      return `left(prodcopy.hex('hash:' || ${v}), ${Math.min(number(params.length) ?? 32, most)})`;
    default:
      return undefined;
  }
}

/** The key of the person whom the row says, as SQL; NULL where the row says none. */
export function personOf(spec: MaskSpec): string | undefined {
  const column = text(spec.params.person);
  return column === undefined
    ? undefined
    : `('person:' || prodcopy.norm(${ident(column)}::text collate "default"))`;
}

function token(v: string, prefix: string, most: number): string {
  const room = most - prefix.length;
  return `${literal(prefix)} || prodcopy.characters('token:' || ${v}, least(${room}, greatest(11, length(${v}) - ${prefix.length})))`;
}

/** Twenty characters tell any number of people apart; a narrow column gets what fits. */
function localSize(most: number, domain: string): number {
  return Math.min(20, most - 1 - domain.length);
}
