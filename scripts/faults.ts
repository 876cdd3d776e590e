/** Faults of what a person gave, kept until all of it was looked at, so that they are told together. */
export class Faults {
  readonly messages: string[] = [];

  /** @returns what `what` answers, or undefined when it fails: its message is kept. */
  async attempt<T>(what: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await what();
    } catch (error) {
      this.messages.push((error as Error).message);
      return undefined;
    }
  }
}
