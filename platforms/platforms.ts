import { createRequire } from "node:module";
import type * as AwsModule from "./aws/load";
import { localPlatform } from "./local/platform";
import type { Platform } from "./platform";

/**
 * The platform of a stack.
 * @param aws the settings of the platform `aws`, as `platforms/aws/settings.ts` reads them
 * @throws when they are missing or wrong, every fault together
 */
export function platformFor(name: string, aws?: unknown): Platform {
  if (name === "local") return localPlatform();
  if (name !== "aws") {
    throw new Error(`prodcopy:platform is ${JSON.stringify(name)}; it must be "local" or "aws".`);
  }
  // AWS's clients take a second to load, and most runs do not need them.
  const { loadAws } = createRequire(__filename)("./aws/load") as typeof AwsModule;
  return loadAws(aws);
}
