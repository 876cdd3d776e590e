import type { KillPoint, Victim } from "./engine";

/** Every stage boundary (the end of one stage or the beginning of the next), and the inside of restore, rotate, sanitise
 * (twice) and switch; in the order in which a run passes them. */
export const killPoints: { point: KillPoint; victim: Victim }[] = [
  { point: { stage: "snapshot", event: "started" }, victim: "everything" },
  { point: { stage: "snapshot", event: "done" }, victim: "cli" },
  { point: { stage: "restore", event: "progress", line: /writing|starting/ }, victim: "everything" },
  { point: { stage: "restore", event: "done" }, victim: "everything" },
  { point: { stage: "rotate", event: "progress" }, victim: "provider" },
  { point: { stage: "rotate", event: "done" }, victim: "everything" },
  { point: { stage: "verify", event: "started" }, victim: "everything" },
  { point: { stage: "sanitise", event: "started" }, victim: "everything" },
  { point: { stage: "sanitise", event: "progress", line: /table 3 of/ }, victim: "everything" },
  { point: { stage: "sanitise", event: "progress", line: /table (1[5-9]|2\d) of/ }, victim: "provider" },
  { point: { stage: "migrate", event: "started" }, victim: "everything" },
  { point: { stage: "open", event: "started" }, victim: "everything" },
  { point: { stage: "switch", event: "started" }, victim: "everything" },
  { point: { stage: "switch", event: "progress" }, victim: "provider" },
  { point: { stage: "switch", event: "done" }, victim: "everything" },
];

export function nameOf({ point, victim }: (typeof killPoints)[number]): string {
  const where = point.line === undefined ? point.event : `${point.event} ${point.line.source}`;
  return `${victim === "everything" ? "everything" : `the ${victim}`} at ${point.stage} ${where}`;
}
