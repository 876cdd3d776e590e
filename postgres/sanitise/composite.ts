import { ident } from "../connection";
import type { MaskSpec } from "./plan";
import { subjectOf, type Compile, type CompileContext, type Subject } from "./subject";

/** Fields of a composite type, each by its name. NULL stays NULL in them and the empty text stays empty, as in columns. */
export function compileComposite(
  spec: MaskSpec,
  subject: Subject,
  context: CompileContext,
  compile: Compile,
): string {
  const masks = (spec.params.fields ?? {}) as Record<string, MaskSpec>;
  const fields = (subject.fields ?? []).map((field) => {
    const value = `(${subject.sql}).${ident(field.name)}`;
    const inside = { ...subjectOf(field, value, subject.exactCase), nested: true };
    const mask = masks[field.name] ?? (spec.params.other === "keep" ? undefined : redacted(inside));
    if (mask === undefined) return value;
    const filled = inside.family === "text" ? ` and ${value}::text <> ''` : "";
    return `case when ${value} is distinct from null${filled} then ${compile(mask, inside, context)} else ${value} end`;
  });
  return `row(${fields.join(", ")})::${subject.type}`;
}

/** What becomes of a field of which the rules say nothing; undefined where it stays. */
function redacted({ family }: Subject): MaskSpec | undefined {
  switch (family) {
    case "boolean":
    case "enum":
      return undefined;
    case "text":
    case "json":
    case "hstore":
    case "xml":
    case "tsvector":
      return { with: "redact", params: {} };
    case "integer":
    case "decimal":
      return { with: "constant", params: { value: 0 } };
    case "composite":
      return { with: "composite", params: {} };
    default:
      return { with: "null", params: {} };
  }
}
