import type { Log } from "../../postgres/proof";
import type { Platform } from "../platform";
import type { Aws } from "./clients";
import { dropClaim, makeClaim } from "./environment/claims";
import { putEarlierBack } from "./environment/putBack";
import { allEnvironments, readClaims, requireEnvironment, stateOf } from "./environment/read";
import { updateEnvironment } from "./environment/update";
import type { AwsSecretStore } from "./secrets";

/** The environment part of the platform on Elastic Beanstalk, and what the sweep needs beside it. */
export interface AwsEnvironments extends Pick<
  Platform,
  "readEnvironment" | "claim" | "setEnvironment" | "putBack" | "releaseClaim"
> {
  /** Puts back and releases every environment that this stack claims. Before the stack's secrets are removed: the claims' records are among them. */
  sweepClaims(stack: string, log: Log): Promise<string[]>;
}

export function awsEnvironments(aws: Aws, secrets: AwsSecretStore): AwsEnvironments {
  const readEnvironment = async (name: string) => stateOf(aws, await requireEnvironment(aws, name));
  const environments: AwsEnvironments = {
    readEnvironment,
    async claim(name, stack, names) {
      const proofs = await makeClaim(aws, secrets, name, stack, names);
      return { value: await readEnvironment(name), proofs };
    },
    setEnvironment: (change, log) => updateEnvironment(aws, secrets, change, log),
    putBack: (name, stack, log) => putEarlierBack(aws, secrets, name, stack, log),
    releaseClaim: (name, stack) => dropClaim(aws, secrets, name, stack),
    async sweepClaims(stack, log) {
      const swept: string[] = [];
      for (const environment of await allEnvironments(aws)) {
        if (!(await readClaims(aws, environment)).some((one) => one.stack === stack)) continue;
        await environments.putBack(environment.name, stack, log);
        await environments.releaseClaim(environment.name, stack);
        swept.push(environment.name);
      }
      return swept;
    },
  };
  return environments;
}
