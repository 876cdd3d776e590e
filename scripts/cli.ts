import { createRequire } from "node:module";
import { Command } from "commander";
import { version } from "../package.json";
import { exitCode, reportFailure } from "./outcome";

/**
 * Every command, in the order in which --help lists them: `verifySanitised` is `commands/verifySanitised.ts`, which exports
 * `registerVerifySanitised`, the command `verify-sanitised`.
 */
const commands = [
  "start",
  "status",
  "report",
  "snapshot",
  "refresh",
  "stop",
  "reset",
  "rules",
  "sanitise",
  "verifySanitised",
  "sandbox",
  "tunnel",
  "env",
  "config",
  "test",
];

const load = createRequire(__filename);

function register(program: Command, file: string): void {
  const exported = load(`./commands/${file}.ts`) as Record<string, (program: Command) => void>;
  exported[`register${file.charAt(0).toUpperCase()}${file.slice(1)}`]!(program);
}

/** @param asked what the command line begins with; when it is a command, the others are not loaded, which takes longer than most run */
function cli(asked: string | undefined): Command {
  const program = new Command("prodcopy")
    .description("a sanitised copy of a production PostgreSQL database for the Test environment")
    .version(version)
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 refused or failed with nothing changed, 2 usage, 3 failed, needs a look.",
    )
    .addHelpText("after", "PRODCOPY_DEBUG=1 shows where an error came from.")
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  const named = commands.find(
    (file) => file.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) === asked,
  );
  for (const file of named === undefined ? commands : [named]) register(program, file);
  return program;
}

cli(process.argv[2])
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error) || exitCode.done;
  });
