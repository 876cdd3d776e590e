/** Something that was shown to be true, in words that a person may read. Never holds a secret or a row's value. */
export interface Proof {
  /** What is claimed, as a full sentence. */
  claim: string;
  /** What was seen: an SQLSTATE, a setting's value, a count. */
  evidence: string;
  /** When it was seen, ISO 8601 in UTC. */
  at: string;
}

export interface Proven<T> {
  value: T;
  proofs: Proof[];
}

/** One line of progress for the person who waits. */
export type Log = (line: string) => void;

export function proof(claim: string, evidence: string): Proof {
  return { claim, evidence, at: new Date().toISOString() };
}
