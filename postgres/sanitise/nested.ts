import { literal } from "../connection";
import type { MaskSpec } from "./plan";
import type { Compile, CompileContext, Subject } from "./subject";

/** Strings and numbers of a JSON document, each by its path; one function a column, since a rewrite takes no subquery. */
export function compileJson(
  spec: MaskSpec,
  subject: Subject,
  context: CompileContext,
  compile: Compile,
): string {
  const paths = Object.entries((spec.params.paths ?? {}) as Record<string, MaskSpec>);
  const leaf: Subject = {
    sql: "leaf",
    type: "text",
    family: "text",
    elementFamily: "text",
    maxLength: undefined,
    exactCase: false,
    nested: true,
  };
  const cases = paths
    .map(([path, inner]) => `when ${pathMatches(path)} then answer := ${compile(inner, leaf, context)};`)
    .join("\n         ");
  const rest =
    spec.params.other === "keep"
      ? "return v;"
      : `if kind = 'boolean' then return v; end if;
           answer := case when kind = 'number' then '0' else 'redacted' end;`;
  const name = context.addFunction(
    (fn) => `create or replace function prodcopy.${fn}(v jsonb, path text[]) returns jsonb
   language plpgsql stable parallel safe as $fn$
   declare kind constant text := jsonb_typeof(v); leaf constant text := v #>> '{}'; answer text;
   begin
     if kind = 'object' then
       return coalesce((select jsonb_object_agg(
         case when position('@' in e.key) > 0 then prodcopy.email(e.key, ${literal(context.domain)}, 20, false) else e.key end,
         prodcopy.${fn}(e.value, path || e.key)) from jsonb_each(v) e), '{}');
     elsif kind = 'array' then
       return coalesce((select jsonb_agg(prodcopy.${fn}(e.value, path || (e.n - 1)::text) order by e.n)
         from jsonb_array_elements(v) with ordinality e(value, n)), '[]');
     elsif kind = 'null' or leaf = '' then
       return v;
     end if;
     case ${cases}
       ${cases === "" ? "when false then null;" : ""}
       else ${rest}
     end case;
     if answer is null then return 'null'; end if;
     if kind <> 'string' and answer ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?$|^(true|false)$' then return answer::jsonb; end if;
     return to_jsonb(answer);
   end $fn$`,
  );
  const document = subject.type === "jsonb" ? subject.sql : `prodcopy.as_json((${subject.sql})::text)`;
  const masked = `prodcopy.${name}(${document}, '{}')`;
  return subject.type === "jsonb" ? masked : `(${masked})::text::${subject.type}`;
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
  const elementType = subject.type.replace(/\[\]$/, "");
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
    return `if v${at} is not null${empty} then answer${at} := ${masked}; end if;`;
  };
  const name = context.addFunction(
    (fn) => `create or replace function prodcopy.${fn}(v ${subject.type}) returns ${subject.type}
   language plpgsql stable parallel safe as $fn$
   declare answer ${subject.type} := v; i int; j int;
   begin
     if array_ndims(v) = 1 then
       for i in array_lower(v, 1)..array_upper(v, 1) loop ${each("[i]")} end loop;
     elsif array_ndims(v) = 2 then
       for i in array_lower(v, 1)..array_upper(v, 1) loop
         for j in array_lower(v, 2)..array_upper(v, 2) loop ${each("[i][j]")} end loop;
       end loop;
     elsif array_ndims(v) > 2 then
       raise exception 'an array of more than two dimensions cannot be masked' using errcode = '0A000';
     end if;
     return answer;
   end $fn$`,
  );
  return `prodcopy.${name}(${subject.sql})`;
}
