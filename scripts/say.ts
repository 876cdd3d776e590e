/** One line to the person, on standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line of progress, on standard error: standard output belongs to the result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
