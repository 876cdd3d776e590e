import { Fault, type ConfigKey } from "./configKey";

/** Takes one key's value, its default, or its fault. */
export function take(
  name: string,
  key: ConfigKey<unknown>,
  values: Readonly<Record<string, string>>,
  faults: string[],
  keep: (value: unknown) => void,
): void {
  const text = values[name] ?? key.default;
  if (text === undefined) {
    faults.push(`${name} is not set. ${key.meaning} Example: ${key.example}`);
    return;
  }
  const value = key.parse(text);
  if (value instanceof Fault) {
    faults.push(`${name} is ${JSON.stringify(text)}: ${value.why}. Example: ${key.example}`);
  } else keep(value);
}

/** @throws all faults as one error, when there is any. */
export function refuseFaults(stack: string, faults: string[]): void {
  if (faults.length === 0) return;
  throw new Error(
    `The configuration of stack ${stack} has ${faults.length} fault${faults.length === 1 ? "" : "s"}; nothing was changed:\n` +
      faults.map((fault) => `  - ${fault}`).join("\n"),
  );
}

/** Names of copies are `<stack>-<generation>`; RDS allows 63 letters, digits and single hyphens. */
export function stackName(stack: string): string[] {
  const fits = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(stack) && stack.length <= 40;
  return fits
    ? []
    : [
        `the stack's name is ${JSON.stringify(stack)}: it must be small letters, digits and single hyphens, 40 at most`,
      ];
}
