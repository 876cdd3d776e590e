import { generationSetting, type EnvironmentChange } from "../../platforms/platform";
import type { CommonInputs, StageContext } from "../context";
import { expectCopy } from "../copySession";
import type { HandoverData } from "../handover";
import type { Stage } from "../stage";
import { applicationSecretRef } from "./open";

export interface SwitchInputs extends CommonInputs {
  /** What `open` handed over: an opened copy. */
  from: HandoverData;
  /** The environment that was claimed. */
  environmentId: string;
  applicationUser: string;
  /** Besides host, password and database name. */
  alsoSet: ("port" | "user")[];
}

export interface SwitchOutputs {
  url: string;
  set: string[];
}

/**
 * Points the environment at the copy. A new copy updates it; it is never replaced by one, for the old one's delete would
 * then put Test back onto a database that goes next.
 */
export const switchStage: Stage<SwitchInputs, SwitchOutputs> = {
  name: "switch",
  replaceOn: ["environment", "environmentId"],
  updateOn: ["generation", "alsoSet", "applicationUser", "aws"],
  deleteBeforeReplace: true,
  reportsUpdate: true,
  id: (inputs) => inputs.environment,

  async create(inputs, context) {
    await expectCopy(context, inputs.from);
    const change = changeOf(inputs);
    const proofs = await context.platform.setEnvironment(change, context.log);
    const { url } = await context.platform.readEnvironment(inputs.environment);
    const set = [...Object.keys(change.settings), ...Object.keys(change.secretSettings)].sort();
    return {
      outs: { url, set },
      summary: `${inputs.environment} stands on ${inputs.from.copyId}`,
      proofs,
      details: { environment: { name: inputs.environment, url, set } },
    };
  },

  update: (_olds, news, context) => switchStage.create(news, context),

  async delete(outs, context) {
    await context.platform.putBack(outs.environment, outs.stack, context.log);
  },

  async read(outs, context) {
    return (await standsOn(outs, context)) ? outs : undefined;
  },
};

function changeOf(inputs: SwitchInputs): EnvironmentChange {
  const { from } = inputs;
  return {
    environment: inputs.environment,
    environmentId: inputs.environmentId,
    stack: inputs.stack,
    settings: {
      RDS_HOSTNAME: from.host,
      RDS_DB_NAME: from.database,
      // By it the application can say, and check, that it stands on this copy.
      [generationSetting]: from.generation,
      ...(inputs.alsoSet.includes("port") ? { RDS_PORT: String(from.port) } : {}),
      ...(inputs.alsoSet.includes("user") ? { RDS_USERNAME: inputs.applicationUser } : {}),
    },
    secretSettings: { RDS_PASSWORD: applicationSecretRef(from.copyId) },
  };
}

async function standsOn(inputs: SwitchInputs, context: StageContext): Promise<boolean> {
  const { settings } = await context.platform.readEnvironment(inputs.environment);
  return Object.entries(changeOf(inputs).settings).every(([name, value]) => settings[name] === value);
}
