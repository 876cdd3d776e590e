/** One configuration key. The README's table and the faults' texts are made from this, so each stands in one place. */
export interface ConfigKey<T> {
  /** Meaning, as one sentence. */
  meaning: string;
  /** A value that is right, for the fault's text. */
  example: string;
  /** Text of the default, or undefined when the key must be set. */
  default: string | undefined;
  /** What changing the value does. */
  change: string;
  /** The value, or a fault: why it is refused. */
  parse(text: string): T | Fault;
}

export class Fault {
  constructor(readonly why: string) {}
}
