import { localPlatform } from "./local/platform";
import type { Platform } from "./platform";
import { awsMissing } from "./reports";

/**
 * The platform of a stack. This is the one place that answers for `aws`: its interface is drawn (`platform.ts`), its code
 * is not built yet.
 */
export function platformFor(name: string): Platform {
  if (name === "local") return localPlatform();
  if (name === "aws") throw new Error(awsMissing);
  throw new Error(`prodcopy:platform is ${JSON.stringify(name)}; it must be "local" or "aws".`);
}
