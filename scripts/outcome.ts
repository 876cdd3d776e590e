import { CommanderError } from "commander";

/** What the exit code of every command means. */
export const exitCode = {
  done: 0,
  /** Refused, or failed with nothing changed. */
  refused: 1,
  usage: 2,
  /** Failed half way: something needs a look, and the message says what. */
  needsLook: 3,
} as const;

/** Thrown by a command that failed after it had begun to change something. Its message says what may be left behind. */
export class NeedsLookError extends Error {}

/** Thrown by a command that has already said everything; only the exit code is left. */
export class ExitError extends Error {
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** Says what went wrong, once, for a person; PRODCOPY_DEBUG=1 adds where in the code. @returns the exit code. */
export function reportFailure(error: unknown, env: NodeJS.ProcessEnv = process.env): number {
  if (error instanceof ExitError) return error.code;
  // commander has printed its own message; --help and --version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  const failure = error instanceof Error ? error : new Error(String(error));
  const origin = env.PRODCOPY_DEBUG === "1" ? stacks(failure).join("\ncaused by ") : undefined;
  process.stderr.write(`${origin ?? (failure.message || failure.name)}\n`);
  return failure instanceof NeedsLookError ? exitCode.needsLook : exitCode.refused;
}

function stacks({ stack, cause }: Error): string[] {
  return [stack ?? "", ...(cause instanceof Error ? stacks(cause) : [])];
}
