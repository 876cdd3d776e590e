import { literal } from "../connection";
import type { MaskSpec } from "./plan";
import { leafOf, type Compile, type CompileContext, type Subject } from "./subject";

/**
 * Whether a parallel query may call a function of these parts: not where they catch errors (`as_json`), nor where an expression of the
 * rules may call anything.
 */
function parallelOf(spec: MaskSpec, ...parts: string[]): "safe" | "unsafe" {
  const anything = JSON.stringify(spec.params).includes('"with":"sql"');
  return anything || parts.some((part) => /prodcopy[.](as_json|column_\d+)\(/.test(part)) ? "unsafe" : "safe";
}

/** Strings and numbers of a JSON document, each by its path; one function a column, since a rewrite takes no subquery. */
export function compileJson(
  spec: MaskSpec,
  subject: Subject,
  context: CompileContext,
  compile: Compile,
): string {
  const at = (specs: unknown, value: string, answer: string) =>
    Object.entries((specs ?? {}) as Record<string, MaskSpec>)
      .map(
        ([path, inner]) =>
          `when ${pathMatches(path)} then ${answer} := ${compile(inner, leafOf(value), context)};`,
      )
      .join("\n         ");
  const cases = at(spec.params.paths, "leaf", "answer");
  const keys = at(spec.params.keys, "member.key", "name");
  const { other } = spec.params;
  const rest = isSpec(other)
    ? `answer := ${compile(other, leafOf("leaf"), context)};`
    : other === "keep"
      ? "return v;"
      : `answer := case when kind = 'number' then '0' else 'redacted' end;`;
  const key = (sql: string) =>
    `case when position('@' in ${sql}) > 0 then prodcopy.email(${sql}, ${literal(context.domain)}, 20, false) else ${sql} end`;
  const name = context.addFunction((fn) => {
    const members = `return coalesce((select jsonb_object_agg(${key("e.key")}, prodcopy.${fn}(e.value, path || e.key)) from jsonb_each(v) e), '{}');`;
    const renamed = `for member in select * from jsonb_each(v) loop
         name := ${key("member.key")};
         if name <> '' then case ${keys} else null; end case; end if;
         whole := whole || jsonb_build_object(coalesce(name, ''), prodcopy.${fn}(member.value, path || member.key));
       end loop;
       return whole;`;
    return `create or replace function prodcopy.${fn}(v jsonb, path text[]) returns jsonb
   language plpgsql stable parallel ${parallelOf(spec, cases, keys, rest)} as ${literal(`
   declare kind constant text := jsonb_typeof(v); leaf constant text := v #>> '{}'; answer text;${keys === "" ? "" : " name text; whole jsonb := '{}'; member record;"}
   begin
     if kind = 'object' then
       ${keys === "" ? members : renamed}
     elsif kind = 'array' then
       return coalesce((select jsonb_agg(prodcopy.${fn}(e.value, path || (e.n - 1)::text) order by e.n)
         from jsonb_array_elements(v) with ordinality e(value, n)), '[]');
     elsif kind = 'null' or leaf = '' then
       return v;
     end if;
     case ${cases}
       ${cases === "" ? "when false then null;" : ""}
       else if kind = 'boolean' then return v; end if;
         ${rest}
     end case;
     if answer is null then return 'null'; end if;
     -- A number stays one: what begins with a zero would have to be a text.
     if kind = 'number' and answer ~ '^0[0-9]' then
       answer := case when '1' || substr(answer, 2) = leaf then '2' else '1' end || substr(answer, 2);
     end if;
     if kind <> 'string' and answer ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?$|^(true|false)$' then return answer::jsonb; end if;
     return to_jsonb(answer);
   end`)}`;
  });
  const document = subject.baseType === "jsonb" ? subject.sql : `prodcopy.as_json((${subject.sql})::text)`;
  const masked = `prodcopy.${name}(${document}, '{}')`;
  return subject.baseType === "jsonb" ? `(${masked})::${subject.type}` : `(${masked})::text::${subject.type}`;
}

/** The values of an hstore, each by its key. Its functions stand in the schema of the type. */
export function compileHstore(
  spec: MaskSpec,
  subject: Subject,
  context: CompileContext,
  compile: Compile,
): string {
  const schema = subject.type.replace(/"?hstore"?$/, "");
  const cases = Object.entries((spec.params.keys ?? {}) as Record<string, MaskSpec>)
    .map(([key, inner]) => `when ${literal(key)} then answer := ${compile(inner, leafOf("leaf"), context)};`)
    .join("\n         ");
  const { other } = spec.params;
  const rest = isSpec(other)
    ? `answer := ${compile(other, leafOf("leaf"), context)};`
    : `answer := ${other === "keep" ? "leaf" : "'redacted'"};`;
  const name = context.addFunction(
    (fn) => `create or replace function prodcopy.${fn}(v ${schema}hstore) returns ${schema}hstore
   language plpgsql stable parallel ${parallelOf(spec, cases, rest)} as ${literal(`
   declare e record; leaf text; answer text; names text[] := '{}'; answers text[] := '{}';
   begin
     for e in select * from ${schema}each(v) loop
       leaf := e.value; answer := leaf;
       if leaf <> '' then
         case e.key ${cases} ${cases === "" ? "when null then null;" : ""} else ${rest} end case;
       end if;
       names := names || case when position('@' in e.key) > 0 then prodcopy.email(e.key, ${literal(context.domain)}, 20, false) else e.key end;
       answers := answers || answer;
     end loop;
     return ${schema}hstore(names, answers);
   end`)}`,
  );
  return `prodcopy.${name}(${subject.sql})`;
}

/** Whether `other` is a transformation rather than a word for what becomes of the rest. */
function isSpec(other: unknown): other is MaskSpec {
  return typeof other === "object" && other !== null;
}

/** `$.to[*].email` as a condition on the array `path`. */
function pathMatches(path: string): string {
  const steps = [...path.matchAll(/\.(?:"([^"]+)"|([^.[\]"]+))|\[(\*|\d+)\]/g)].map(
    (step) => step[1] ?? step[2] ?? step[3] ?? "",
  );
  const fixed = steps.flatMap((step, i) => (step === "*" ? [] : [`path[${i + 1}] = ${literal(step)}`]));
  return [`cardinality(path) = ${steps.length}`, ...fixed].join(" and ");
}

/** Elements of an array, in their order and with their bounds; up to two dimensions. */
export function compileArray(
  spec: MaskSpec,
  subject: Subject,
  context: CompileContext,
  compile: Compile,
): string {
  // A domain over an array does not say what its elements are.
  const elementType = subject.type.endsWith("[]")
    ? subject.type.slice(0, -2)
    : `pg_catalog.${subject.baseType}`;
  const element = (at: string): Subject => ({
    ...subject,
    sql: `v${at}`,
    type: elementType,
    family: subject.elementFamily,
    nested: true,
  });
  const each = (at: string) => {
    const masked = compile(spec.params.each as MaskSpec, element(at), context);
    const empty = subject.elementFamily === "text" ? ` and v${at}::text <> ''` : "";
    return `if v${at} is distinct from null${empty} then answer${at} := ${masked}; end if;`;
  };
  const [one, two] = [each("[i]"), each("[i][j]")];
  const name = context.addFunction(
    (fn) => `create or replace function prodcopy.${fn}(v ${subject.type}) returns ${subject.type}
   language plpgsql stable parallel ${parallelOf(spec, one)} as ${literal(`
   declare answer ${subject.type} := v; i int; j int;
   begin
     if array_ndims(v) = 1 then
       for i in array_lower(v, 1)..array_upper(v, 1) loop ${one} end loop;
     elsif array_ndims(v) = 2 then
       for i in array_lower(v, 1)..array_upper(v, 1) loop
         for j in array_lower(v, 2)..array_upper(v, 2) loop ${two} end loop;
       end loop;
     elsif array_ndims(v) > 2 then
       raise exception 'an array of more than two dimensions cannot be masked' using errcode = '0A000';
     end if;
     return answer;
   end`)}`,
  );
  return `prodcopy.${name}(${subject.sql})`;
}
