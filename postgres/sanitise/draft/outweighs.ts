import type { TableIntent } from "../rules/intent";
import type { Decision } from "./decide";

/** How sure names alone must be. */
const sure = 0.85;

/**
 * Whether the draft masks a column that a pack keeps: the pack knows what the framework puts there, the values show what the
 * application does, and the run would stop at them.
 */
export function outweighs(decision: Decision, intent: TableIntent, column: string): boolean {
  const said = intent.columns.get(column);
  if (intent.action !== undefined || said === undefined || said.mask !== undefined) return false;
  if (decision.action !== "mask" || decision.spec === undefined) return false;
  return (
    decision.confidence >= sure ||
    decision.reasons.some((reason) => !/^its (name|type|documents)/.test(reason))
  );
}
