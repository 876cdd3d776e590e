import type { Label } from "../platform";

/** A tag as RDS, Secrets Manager, EC2 and Elastic Beanstalk take and give it. */
export interface Tag {
  Key?: string;
  Value?: string;
}

export const tagKeys = {
  stack: "prodcopy:stack",
  generation: "prodcopy:generation",
  owner: "prodcopy:owner",
  expires: "prodcopy:expires",
  /** Of a snapshot: `copy` or `safety`. */
  purpose: "prodcopy:purpose",
  /** Of a copy: the snapshot that it was restored from, which no Describe call says. */
  snapshot: "prodcopy:snapshot",
  /** Of a copy: production's name. */
  source: "prodcopy:source",
} as const;

type TagName = keyof typeof tagKeys;

/** What may stand in a tag of RDS (letters, digits, blank and _.:/=+-@); anything else becomes "_". RDS refuses empty values. */
export function tagsOf(
  label: Label,
  more: Partial<Record<TagName, string>> = {},
): { Key: string; Value: string }[] {
  const values: Partial<Record<TagName, string>> = {
    stack: label.stack,
    generation: label.generation,
    owner: label.owner,
    expires: label.expiresAt,
    ...more,
  };
  return (Object.entries(values) as [TagName, string][])
    .filter(([, value]) => value !== "")
    .map(([name, value]) => ({ Key: tagKeys[name], Value: value.replace(/[^\p{L}\p{N} _.:/=+\-@]/gu, "_") }));
}

export function tagOf(tags: readonly Tag[] | undefined, name: TagName): string | undefined {
  return tags?.find(({ Key }) => Key === tagKeys[name])?.Value;
}

/** The label that a resource carries; undefined when it is none of ours. */
export function labelOf(tags: readonly Tag[] | undefined): Label | undefined {
  const stack = tagOf(tags, "stack");
  if (stack === undefined) return undefined;
  return {
    stack,
    generation: tagOf(tags, "generation") ?? "",
    owner: tagOf(tags, "owner") ?? "",
    expiresAt: tagOf(tags, "expires") ?? "",
  };
}
