import { localHome } from "./local/home";

/** What every question to the platform `aws` is answered with, until it is built. */
export const awsMissing =
  'The platform "aws" is not built yet: this version runs the whole pipeline with `prodcopy:platform: local`. Nothing was changed.';

/** Where runs leave their reports. */
export function reportsRoot(platform: "local" | "aws"): string {
  if (platform === "aws") throw new Error(awsMissing);
  return localHome().reports;
}
