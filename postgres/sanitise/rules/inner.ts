import type { MaskSpec } from "../plan";

/** The transformations inside `json`, `hstore`, `array` and `composite`. */
export function innerSpecs({ with: name, params }: MaskSpec): MaskSpec[] {
  if (name === "array") return [params.each as MaskSpec];
  if (name === "composite") return Object.values((params.fields ?? {}) as Record<string, MaskSpec>);
  if (name !== "json" && name !== "hstore") return [];
  const listed = [params.paths, params.keys].flatMap((one) =>
    Object.values((one ?? {}) as Record<string, MaskSpec>),
  );
  const { other } = params;
  return typeof other === "object" && other !== null ? [...listed, other as MaskSpec] : listed;
}

/** A transformation and all that stand inside it, however deep. */
export function allSpecs(spec: MaskSpec): MaskSpec[] {
  return [spec, ...innerSpecs(spec).flatMap(allSpecs)];
}
