import { Command } from "commander";
import { version } from "../package.json";
import { registerConfig } from "./commands/config";
import { registerEnv } from "./commands/env";
import { registerRefresh } from "./commands/refresh";
import { registerReport } from "./commands/report";
import { registerReset } from "./commands/reset";
import { registerRules } from "./commands/rules";
import { registerSandbox } from "./commands/sandbox";
import { registerSanitise } from "./commands/sanitise";
import { registerSnapshot } from "./commands/snapshot";
import { registerStart } from "./commands/start";
import { registerStatus } from "./commands/status";
import { registerStop } from "./commands/stop";
import { registerTest } from "./commands/test";
import { registerTunnel } from "./commands/tunnel";
import { registerVerifySanitised } from "./commands/verifySanitised";
import { exitCode, reportFailure } from "./outcome";

/** Every command, in the order in which --help lists them. Each file of `commands/` registers one. */
const commands = [
  registerStart,
  registerStatus,
  registerReport,
  registerSnapshot,
  registerRefresh,
  registerStop,
  registerReset,
  registerRules,
  registerSanitise,
  registerVerifySanitised,
  registerSandbox,
  registerTunnel,
  registerEnv,
  registerConfig,
  registerTest,
];

function cli(): Command {
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
  for (const register of commands) register(program);
  return program;
}

cli()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportFailure(error) || exitCode.done;
  });
