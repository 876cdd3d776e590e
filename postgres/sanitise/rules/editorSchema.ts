import { z } from "zod";
import { inner, maskNames, transformations, type MaskName } from "./domains";
import { cellShape, packShape, rulesShape, sameAsShape, tableShape } from "./shapes";

type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema of rules files and packs, for editors: names, types and meanings, made of the very shapes that read them. What
 * needs a database, or two entries side by side, it does not know: `planDatabase` says that.
 */
export function editorSchema(): JsonSchema {
  const { ignore_packs: _rulesOnly, ...packTable } = tableShape.shape;
  const { shape: _packsOnly, ...rulesTable } = tableShape.shape;
  const { keep: _all, mask, shape } = tableShape.shape;
  const anyTable = z.strictObject({ keep: z.array(z.string()).optional(), mask, shape: shape.unwrap() });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Sanitise rules and packs of prodcopy",
    anyOf: [{ $ref: "#/definitions/rules" }, { $ref: "#/definitions/pack" }],
    definitions: {
      // Keys that begin with x- hold anchors.
      rules: { ...withEntries(rulesShape, { tables: "rulesTable" }), patternProperties: { "^x-": {} } },
      pack: {
        ...withEntries(packShape, { tables: "packTable", any_table: "anyTable" }),
        patternProperties: { "^x-": {} },
      },
      rulesTable: tableEntry(z.strictObject(rulesTable)),
      packTable: tableEntry(z.strictObject(packTable)),
      anyTable: withEntries(anyTable, { mask: "mask" }),
      mask: choice(cellShape, [toJson(sameAsShape)]),
      inner: choice({}),
      ...Object.fromEntries(Object.entries(cellShape).map(([key, shape]) => [key, toJson(shape)])),
    },
  };
}

/** An object whose `keys` hold further entries (or a list of them), each as the definition says. */
function withEntries(shape: z.ZodType, keys: Record<string, string>): JsonSchema {
  const object = toJson(shape);
  const properties = object.properties as Record<string, JsonSchema>;
  for (const [key, definition] of Object.entries(keys)) {
    const at = properties[key] ?? {};
    const ref = { $ref: `#/definitions/${definition}` };
    delete at.propertyNames;
    Object.assign(at, at.type === "array" ? { items: ref } : { additionalProperties: ref });
  }
  return object;
}

function tableEntry(shape: z.ZodType): JsonSchema {
  return {
    anyOf: [
      { enum: ["truncate", "drop"], description: "`truncate`: all rows go. `drop`: for foreign tables." },
      withEntries(shape, { mask: "mask" }),
    ],
  };
}

/** A transformation by name, or as an object with its parameters and what may stand `beside` them. */
function choice(beside: z.ZodRawShape, more: JsonSchema[] = []): JsonSchema {
  return {
    anyOf: [
      {
        enum: [...withoutNeed(), null],
        description: 'A transformation without parameters. `null` and "null" mean the same.',
      },
      ...maskNames.map((name) => oneMask(name, beside)),
      ...more,
    ],
  };
}

function oneMask(name: MaskName, beside: z.ZodRawShape): JsonSchema {
  const { params, meaning } = transformations[name];
  const named = name === "null" ? z.union([z.literal("null"), z.null()]) : z.literal(name);
  const schema = toJson(z.strictObject({ with: named, ...params.shape }).describe(meaning));
  const shared = Object.keys(beside).map((key) => [key, { $ref: `#/definitions/${key}` }] as const);
  Object.assign(schema.properties as JsonSchema, Object.fromEntries(shared));
  return schema;
}

/** Transformations that may stand as a name alone: those that need no parameter. */
function withoutNeed(): MaskName[] {
  return maskNames.filter((name) => transformations[name].params.safeParse({}).success);
}

function toJson(shape: z.ZodType): JsonSchema {
  const { $schema: _draft, ...schema } = z.toJSONSchema(shape, {
    target: "draft-7",
    io: "input",
    override({ zodSchema, jsonSchema }) {
      if (zodSchema !== inner) return;
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as JsonSchema)[key];
      jsonSchema.$ref = "#/definitions/inner";
    },
  });
  return schema;
}
