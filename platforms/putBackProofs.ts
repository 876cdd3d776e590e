import { proof, type Proof } from "../postgres/proof";

/** What a put-back proves, where the stack claimed nothing. */
export function nothingToPutBack(name: string, stack: string, claimedBy: string | undefined): Proof {
  const evidence = claimedBy === undefined ? "nobody claims it" : `stack "${claimedBy}" claims it`;
  return proof(`Environment "${name}" has nothing of stack "${stack}" to put back.`, evidence);
}

/** @param changed the settings that were put back; `theirs` those that somebody else has set since, which stay. */
export function putBackProof(
  name: string,
  stack: string,
  { changed, theirs, outcome }: { changed: string[]; theirs: string[]; outcome: string },
): Proof {
  return proof(
    changed.length > 0
      ? `Environment "${name}" has its values from before the claim again: ${changed.join(", ")}.`
      : `Environment "${name}" shows nothing that stack "${stack}" set.`,
    theirs.length > 0 ? `${outcome}; left as somebody else set them: ${theirs.join(", ")}` : outcome,
  );
}
