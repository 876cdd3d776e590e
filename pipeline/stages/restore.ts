import { randomUUID } from "node:crypto";
import type { Label } from "../../platforms/platform";
import { reportsRoot } from "../../platforms/reports";
import { closeReport, reportFolder } from "../../report/store";
import { expiryFrom } from "../duration";
import type { CommonInputs } from "../context";
import type { HandoverData } from "../handover";
import type { Stage } from "../stage";

export interface RestoreInputs extends CommonInputs {
  snapshotId: string;
  rulesDigest: string;
  owner: string;
  /** How long the copy may live, e.g. `7d`. Changed in place. */
  keepFor: string;
}

export interface RestoreOutputs {
  handover: HandoverData;
  createdAt: string;
  expiresAt: string;
}

/** Every secret of a copy, as later stages name them below the copy's id. */
const copySecrets = ["admin", "application", "logins"];

/** A new server from the snapshot, in quarantine from its first moment. */
export const restore: Stage<RestoreInputs, RestoreOutputs> = {
  name: "restore",
  replaceOn: ["generation", "snapshotId"],
  updateOn: ["owner", "keepFor"],
  id: copyIdOf,

  async create(inputs, context) {
    const createdAt = new Date().toISOString();
    const label = labelOf(inputs, createdAt);
    const copyId = copyIdOf(inputs);
    const request = { snapshotId: inputs.snapshotId, source: inputs.source, copyId, label };
    const { value: copy, proofs } = await context.platform.restore(request, context.log);
    const handover: HandoverData = {
      stage: "restore",
      generation: inputs.generation,
      platform: inputs.platform,
      source: inputs.source,
      copyId,
      resourceId: copy.resourceId,
      host: copy.host,
      port: copy.port,
      database: copy.database,
      adminUser: copy.adminUser,
      adminSecretRef: `${copyId}/admin`,
      rulesDigest: inputs.rulesDigest,
      runId: randomUUID(),
    };
    const { resourceId, host, port, database } = copy;
    return {
      outs: { handover, createdAt, expiresAt: label.expiresAt },
      summary: `${copyId} on ${host}:${port}, quarantined`,
      proofs,
      details: { copy: { id: copyId, resourceId, host, port, database, expiresAt: label.expiresAt } },
    };
  },

  async update(olds, news, context) {
    const label = labelOf(news, olds.createdAt);
    await context.platform.relabel(olds.handover.copyId, label);
    return {
      outs: { handover: olds.handover, createdAt: olds.createdAt, expiresAt: label.expiresAt },
      summary: `${olds.handover.copyId}: owner ${label.owner}, expires ${label.expiresAt}`,
      proofs: [],
    };
  },

  async delete(outs, context) {
    const copyId = copyIdOf(outs);
    await context.platform.removeCopy(copyId, outs.stack);
    // A copy's secrets go with it: another generation has its own.
    closeReport(reportFolder(reportsRoot(), outs.stack, outs.generation));
    for (const name of copySecrets) await context.platform.secrets.remove(`${copyId}/${name}`);
  },

  async read(outs, context) {
    const copy = await context.platform.describe(copyIdOf(outs));
    return copy?.resourceId === outs.handover.resourceId ? outs : undefined;
  },
};

function copyIdOf(inputs: RestoreInputs): string {
  return `${inputs.stack}-${inputs.generation}`;
}

function labelOf(inputs: RestoreInputs, createdAt: string): Label {
  return {
    stack: inputs.stack,
    generation: inputs.generation,
    owner: inputs.owner,
    expiresAt: expiryFrom(createdAt, inputs.keepFor),
  };
}
