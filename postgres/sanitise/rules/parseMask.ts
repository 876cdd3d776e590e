import type { z } from "zod";
import type { MaskSpec } from "../plan";
import { maskNames, transformations, type MaskName } from "./domains";
import type { MaskRule } from "./document";
import { hint } from "./names";
import { isRecord, shown, type YamlReader } from "./reader";
import { cellShape, maskShape, sameAsShape } from "./shapes";

type Path = (string | number)[];

const about = ["with", ...Object.keys(cellShape)];

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
  if (typeof value === "object" && "same_as" in value) {
    const same = reader.parse(sameAsShape, value, path, Object.keys(sameAsShape.shape));
    const person = same?.person === undefined ? {} : { person: same.person };
    return (
      same && { column, place, spec: { with: "null", params: person }, sameAs: same.same_as, ...cellOf(same) }
    );
  }
  const shape = reader.parse(maskShape, value, path, about);
  if (shape === undefined) {
    if (isRecord(value)) lookInside(reader, withoutCell(value), path);
    return undefined;
  }
  const params = withoutCell(shape);
  const spec = maskSpec(reader, { ...params, with: shape.with }, path);
  return (
    spec && {
      column,
      place,
      spec,
      ...cellOf(shape),
    }
  );
}

/** What holds for the cell whatever its transformation. */
function cellOf(
  shape: Pick<z.infer<typeof maskShape>, "where" | "keep_values" | "exact" | "identifying">,
): Pick<MaskRule, "where" | "keepValues" | "exact" | "identifying"> {
  return {
    where: shape.where,
    keepValues: (shape.keep_values ?? []).map(String),
    exact: (shape.exact ?? []).map((one) => ({
      where: one.where,
      value: one.value === null ? null : String(one.value),
    })),
    identifying: shape.identifying,
  };
}

/** A mask without what holds for the cell whatever its transformation. */
function withoutCell(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key === "with" || !isAbout(key)));
}

function isAbout(key: string): boolean {
  return about.includes(key);
}

/** A transformation with its parameters, those inside it included. `null` in YAML is `null` here. */
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
  const parsed = reader.parse<Record<string, unknown>>(schema, params, path, [
    ...about,
    ...Object.keys(schema.shape),
  ]);
  if (parsed === undefined) {
    for (const [key, inner] of Object.entries(params)) {
      const several = key === "paths" || key === "keys" || key === "fields";
      if (key === "each" || (key === "other" && isRecord(inner))) lookInside(reader, inner, [...path, key]);
      if (several && isRecord(inner)) {
        for (const [at, one] of Object.entries(inner)) lookInside(reader, one, [...path, key, at]);
      }
    }
    return undefined;
  }
  return { with: name, params: innerSpecs(reader, name, parsed, path) };
}

/** For its faults alone: of a transformation inside something that has a fault of its own, so that all are told together. */
function lookInside(reader: YamlReader, value: unknown, path: Path): void {
  if (typeof value === "string" || (isRecord(value) && typeof value.with === "string")) {
    maskSpec(reader, value, path);
  }
}

function innerSpecs(
  reader: YamlReader,
  name: MaskName,
  params: Record<string, unknown>,
  path: Path,
): Record<string, unknown> {
  if (name === "array") return { each: maskSpec(reader, params.each, [...path, "each"]) };
  const below = (key: "paths" | "keys" | "fields") => {
    const entries = Object.entries((params[key] ?? {}) as Record<string, unknown>);
    const specs = entries.map(([at, inner]) => [at, maskSpec(reader, inner, [...path, key, at])]);
    return entries.length > 0 ? { [key]: Object.fromEntries(specs) as Record<string, unknown> } : {};
  };
  if (name === "composite") return { ...params, ...below("fields") };
  if (name !== "json" && name !== "hstore") return params;
  const { other } = params;
  const word = other === undefined || other === "redact" || other === "keep";
  return {
    ...params,
    ...below("paths"),
    ...below("keys"),
    ...(word ? {} : { other: maskSpec(reader, other, [...path, "other"]) }),
  };
}

function isMaskName(name: string): name is MaskName {
  return (maskNames as string[]).includes(name);
}
