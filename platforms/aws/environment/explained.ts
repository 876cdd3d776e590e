import { isAwsCode } from "../errors";
import type { Setting } from "./read";
import { isBusy } from "./wait";

/** An update's refusal with what may be behind it: an older platform does not know settings that are fetched from secrets. */
export function explained(error: unknown, set: [string, Setting][]): unknown {
  const references = set.some(([, { kind }]) => kind === "secret");
  if (
    !references ||
    isBusy(error) ||
    !isAwsCode(error, "ConfigurationValidation", "InvalidParameterValue", "Validation")
  ) {
    return error;
  }
  return new Error(
    `${(error as Error).message} If its platform version is older than secrets in settings (26 March 2025; single fields of them 13 January 2026), ` +
      "update the platform, or set prodcopy:passwordAs to value.",
  );
}
