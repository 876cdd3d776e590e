import * as pulumi from "@pulumi/pulumi";
import { parseProductionConfig, type ProductionConfig } from "./config";

/**
 * The configuration of production's side, when that is what the stack declares; undefined for a stack of copies.
 * @throws one error with all faults; a RunError, which Pulumi shows without the stack of our code.
 */
export function productionConfig(): ProductionConfig | undefined {
  const given = pulumi.runtime.allConfig();
  if (given["prodcopy:declares"] !== "production") return undefined;
  try {
    return parseProductionConfig(given, pulumi.getStack());
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
