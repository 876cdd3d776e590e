/** Whose a snapshot is and what for. */
interface Taken {
  source: string;
  purpose: string | undefined;
  label?: { stack: string } | undefined;
}

/** @throws when a snapshot of that name is there and is not the one that was asked for. `remedy`: what a person may do about it. */
export function assertSameSnapshot(
  id: string,
  found: Taken,
  wanted: { source: string; purpose: string; label: { stack: string } },
  remedy: string,
): void {
  const isSame =
    found.source === wanted.source &&
    found.label?.stack === wanted.label.stack &&
    found.purpose === wanted.purpose;
  if (isSame) return;
  throw new Error(
    `a snapshot ${id} is there already: of "${found.source}", for ${found.purpose ?? "an unknown purpose"}, of stack "${found.label?.stack ?? "none"}". ` +
      `It is left alone. ${remedy} when nobody needs it, or use another name`,
  );
}
