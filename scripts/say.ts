/** One line to the person, on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
