import { z } from "zod";
import type { MaskSpec } from "../plan";
import { maskNames, transformations, type MaskName } from "./domains";
import type { MaskRule } from "./document";
import { hint } from "./names";
import { shown, type YamlReader } from "./reader";

type Path = (string | number)[];

const about = ["with", "where", "keep_values", "exact", "identifying"] as const;

const maskShape = z.looseObject({
  with: z.union([z.string(), z.null()]),
  where: z.string().min(1).optional(),
  keep_values: z.array(z.union([z.string(), z.number()])).optional(),
  exact: z
    .array(
      z.strictObject({
        where: z.string().min(1),
        value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
      }),
    )
    .optional(),
  identifying: z.boolean().optional(),
});

/** What a rules file says below `mask:` of one column: a transformation's name, or an object with its parameters beside it. */
export function parseMask(
  reader: YamlReader,
  column: string,
  value: unknown,
  path: Path,
): MaskRule | undefined {
  const place = reader.place(path, "key");
  const plain = { where: undefined, keepValues: [], exact: [], identifying: undefined };
  if (value === null || typeof value === "string") {
    const spec = maskSpec(reader, value, path);
    return spec && { column, place, spec, ...plain };
  }
  const shape = reader.parse(maskShape, value, path, about);
  if (shape === undefined) return undefined;
  const params = Object.fromEntries(Object.entries(shape).filter(([key]) => !isAbout(key)));
  const spec = maskSpec(reader, { with: shape.with, ...params }, path);
  return (
    spec && {
      column,
      place,
      spec,
      where: shape.where,
      keepValues: (shape.keep_values ?? []).map(String),
      exact: (shape.exact ?? []).map((one) => ({
        where: one.where,
        value: one.value === null ? null : String(one.value),
      })),
      identifying: shape.identifying,
    }
  );
}

function isAbout(key: string): boolean {
  return (about as readonly string[]).includes(key);
}

/** A transformation with its parameters, the inner ones of `json` and `array` included. `null` in YAML is `null` here. */
function maskSpec(reader: YamlReader, value: unknown, path: Path): MaskSpec | undefined {
  const { with: written, ...params } =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { with: value };
  const name = written === null ? "null" : written;
  if (typeof name !== "string" || !isMaskName(name)) {
    const text = typeof name === "string" ? name : shown(name);
    reader.fault(
      path,
      `${shown(name)} is no transformation.${hint(text, maskNames)} There are: ${maskNames.join(", ")}`,
    );
    return undefined;
  }
  const { params: schema } = transformations[name];
  const parsed = reader.parse(schema, params, path, [...about, ...keysOf(schema)]);
  if (parsed === undefined) return undefined;
  return { with: name, params: innerSpecs(reader, name, parsed, path) };
}

function innerSpecs(
  reader: YamlReader,
  name: MaskName,
  params: Record<string, unknown>,
  path: Path,
): Record<string, unknown> {
  if (name === "array") return { each: maskSpec(reader, params.each, [...path, "each"]) };
  if (name !== "json") return params;
  const paths = Object.entries((params.paths ?? {}) as Record<string, unknown>).map(([at, inner]) => [
    at,
    maskSpec(reader, inner, [...path, "paths", at]),
  ]);
  return { ...params, paths: Object.fromEntries(paths) as Record<string, unknown> };
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function isMaskName(name: string): name is MaskName {
  return (maskNames as string[]).includes(name);
}
