import type { SnapshotPin, SnapshotRef } from "../../platforms/platform";
import { generationOf, shortHash } from "../digest";
import type { CommonInputs, StageContext } from "../context";
import type { Stage } from "../stage";

export interface SnapshotInputs extends CommonInputs {
  pin: SnapshotPin;
  /** Any text; another one than before resolves the pin anew. */
  refresh: string;
  /** Whether production gets a safety snapshot of its own first. It outlives the stack. */
  safetySnapshot: boolean;
  rulesDigest: string;
  sanitiserRevision: number;
  migrationsDigest: string;
  owner: string;
  /** Filled by `check`, so that the preview shows it, and kept until pin or refresh change. */
  snapshotId: string;
  dataFrom: string;
  sizeBytes: number;
  turn: number;
}

/**
 * Resolves the pin while the plan is made, read-only, and decides the generation: what this copy is made of. A pinned
 * snapshot that has gone in the meantime matters only to a new copy.
 */
export const snapshot: Stage<SnapshotInputs, object> = {
  name: "snapshot",
  replaceOn: ["snapshotId", "source"],
  updateOn: ["generation", "safetySnapshot"],
  reportsUpdate: true,
  id: (inputs) => inputs.snapshotId,

  async check(olds, news, context) {
    const kept = olds.pin === news.pin && olds.refresh === news.refresh && olds.source === news.source;
    const resolved = kept ? olds : await resolve(news, context).catch((error: unknown) => String(error));
    if (typeof resolved === "string") {
      return { inputs: news, failures: [{ property: "pin", reason: resolved.replace(/^Error: /, "") }] };
    }
    const inputs = {
      ...news,
      snapshotId: resolved.snapshotId ?? "",
      dataFrom: resolved.dataFrom ?? "",
      sizeBytes: resolved.sizeBytes ?? 0,
    };
    const turn = await turnOf(olds, inputs, context);
    return { inputs: { ...inputs, turn, generation: generationOf({ ...inputs, turn }) }, failures: [] };
  },

  async create(inputs, context) {
    const { platform } = context;
    const safety = inputs.safetySnapshot ? await takeSafety(inputs, context) : undefined;
    const found =
      inputs.pin === "new"
        ? await platform.takeSnapshot(inputs.source, inputs.snapshotId, label(inputs), "copy", context.log)
        : await platform.inspectSnapshot(inputs.source, inputs.snapshotId);
    const { id, createdAt, sizeBytes, serverVersion } = found.value;
    return {
      outs: { dataFrom: createdAt, sizeBytes },
      summary: `${id}, data of ${createdAt}`,
      proofs: [...found.proofs, ...(safety?.proofs ?? [])],
      details: {
        snapshot: {
          id,
          createdAt,
          sizeBytes,
          serverVersion,
          ...(safety === undefined ? {} : { safetySnapshotId: safety.value.id }),
        },
      },
    };
  },

  /** Other rules on the same snapshot: nothing to take, but the new generation's report has this section too. */
  update: (_olds, news, context) => snapshot.create(news, context),

  async delete(outs, context) {
    if (outs.pin === "new") await context.platform.removeSnapshot(outs.snapshotId, outs.stack);
  },
};

/**
 * Nothing changed: the generation stays. Else one that no copy of the stack has: a copy that waits for its deletion, with Test on it
 * as often as not, is never made again under the same name, though the rules or the snapshot go back to what it was made of.
 */
async function turnOf(
  olds: Partial<SnapshotInputs>,
  inputs: Omit<SnapshotInputs, "turn">,
  { platform }: StageContext,
): Promise<number> {
  const kept = olds.turn ?? 0;
  if (olds.generation === generationOf({ ...inputs, turn: kept })) return kept;
  const copies = (await platform.listCopies()).filter(({ label }) => label.stack === inputs.stack);
  const taken = new Set(copies.map(({ label }) => label.generation));
  let turn = 0;
  while (taken.has(generationOf({ ...inputs, turn }))) turn += 1;
  return turn;
}

async function resolve(
  inputs: SnapshotInputs,
  context: StageContext,
): Promise<Pick<SnapshotInputs, "snapshotId" | "dataFrom" | "sizeBytes">> {
  if (inputs.pin === "new") {
    // Deterministic, so that a killed `up` finds what it took; its time is known once it is taken.
    return {
      snapshotId: `${inputs.stack}-${shortHash(inputs.refresh)}`,
      dataFrom: "when it is taken",
      sizeBytes: 0,
    };
  }
  const found: SnapshotRef = await context.platform.resolveSnapshot(inputs.source, inputs.pin);
  return { snapshotId: found.id, dataFrom: found.createdAt, sizeBytes: found.sizeBytes };
}

function takeSafety(inputs: SnapshotInputs, context: StageContext) {
  const id = `${inputs.stack}-safety-${inputs.generation}`;
  return context.platform.takeSnapshot(inputs.source, id, label(inputs), "safety", context.log);
}

function label(inputs: SnapshotInputs) {
  return { stack: inputs.stack, generation: inputs.generation, owner: inputs.owner, expiresAt: "" };
}
