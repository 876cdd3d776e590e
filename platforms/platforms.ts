import { localHome } from "./local/home";
import { localPlatform } from "./local/platform";
import type { Platform } from "./platform";

/**
 * The platform of a stack. This is the one place that answers for `aws`: its interface is drawn (`platform.ts`), its code
 * is not built yet.
 */
export function platformFor(name: string): Platform {
  if (name === "local") return localPlatform();
  if (name === "aws") throw new Error(awsMissing);
  throw new Error(`prodcopy:platform is ${JSON.stringify(name)}; it must be "local" or "aws".`);
}

export const awsMissing =
  'The platform "aws" is not built yet: this version runs the whole pipeline with `prodcopy:platform: local`. Nothing was changed.';

/** Where runs leave their reports. */
export function reportsRoot(platform: "local" | "aws"): string {
  if (platform === "aws") throw new Error(awsMissing);
  return localHome().reports;
}
