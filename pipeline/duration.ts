const units = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `36h`, `7d`, `2w` in milliseconds; undefined when the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,3})([hdw])$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

/** The moment (ISO 8601) at which something of that age is past its time. @throws on a text that is no duration. */
export function expiryFrom(createdAt: string, keepFor: string): string {
  const milliseconds = parseDuration(keepFor);
  if (milliseconds === undefined) {
    throw new Error(
      `prodcopy:keepFor is ${JSON.stringify(keepFor)}; it must be a duration such as 36h, 7d or 2w.`,
    );
  }
  return new Date(Date.parse(createdAt) + milliseconds).toISOString();
}
