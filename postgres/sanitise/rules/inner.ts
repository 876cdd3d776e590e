import type { MaskSpec } from "../plan";

/** The transformations inside `json`, `hstore` and `array`. */
export function innerSpecs({ with: name, params }: MaskSpec): MaskSpec[] {
  if (name === "array") return [params.each as MaskSpec];
  if (name !== "json" && name !== "hstore") return [];
  const listed = [params.paths, params.keys].flatMap((one) =>
    Object.values((one ?? {}) as Record<string, MaskSpec>),
  );
  const { other } = params;
  return typeof other === "object" && other !== null ? [...listed, other as MaskSpec] : listed;
}
