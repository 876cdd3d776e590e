import type { Session } from "../connection";
import { scanCode } from "./catalogueText";
import { namedAddresses } from "./namedAddresses";
import type { SanitisePlan } from "./plan";
import type { LeakFinding } from "./result";

/** `public.note.body: an e-mail address ..., 3 times, e.g. at id = 7` */
export function placeOf(one: LeakFinding): string {
  const times = `${one.atLeast === true ? "at least " : ""}${one.count} times`;
  return `${one.schema}.${one.table}.${one.column}: ${one.kind}, ${times}, e.g. at ${one.exampleKey}`;
}

/** @throws when anything was found after the masks. */
export function refuseLeaks(findings: LeakFinding[]): void {
  if (findings.length === 0) return;
  throw new Error(
    `${told(findings)}\n` +
      "The copy stays in quarantine. Mask these columns in the rules, allow the domain, or say with `expect` what stands in a kept column by right; then make a new copy",
  );
}

/**
 * Looks for what no mask reaches, before anything is changed: addresses, tokens and keys in code and definitions.
 * @throws when the leak scan would stop the run for one of them when all is masked.
 */
export async function refuseLeaksInCode(session: Session, plan: SanitisePlan): Promise<void> {
  const findings = await scanCode(session, { ...plan, named: namedAddresses(plan) });
  if (findings.length === 0) return;
  throw new Error(
    `refused before anything was changed: ${told(findings)}\n` +
      "No rule masks code and definitions. Take it out of them here or in production, or allow the domain",
  );
}

function told(findings: LeakFinding[]): string {
  const lines = findings.map((one) => `- ${placeOf(one)}`);
  return `the leak scan found what must not be in the copy:\n${lines.join("\n")}`;
}
