import * as path from "node:path";
import { applyMigrations, runMigrationCommand } from "../../postgres/migrate";
import { ident, run } from "../../postgres/connection";
import { folderDigest } from "../digest";
import { adminTarget, withCopy } from "../copySession";
import type { StageContext } from "../context";
import { handoverStage, type HandoverInputs, type Work } from "../handoverStage";

export interface MigrateInputs extends HandoverInputs {
  /** Folder of numbered SQL files, relative to the project's folder; empty for none. */
  folder: string;
  /** The application's own command, as words; empty for none. */
  command: string[];
  digest: string;
  /** The role that owns the application's tables: what migrations make belongs to it. */
  applicationUser: string;
}

/** Runs the application's own migrations on sanitised data: Test is often ahead of production. */
export const migrate = handoverStage<MigrateInputs>(
  "migrate",
  async (inputs, context) => {
    if (inputs.command.length > 0) return byCommand(inputs, context);
    if (inputs.folder === "") return { summary: "no migrations are configured", proofs: [] };
    const folder = path.resolve(inputs.folder);
    if (folderDigest(folder) !== inputs.digest) {
      throw new Error(
        `The files in ${inputs.folder} changed after the plan was made. Nothing was changed. Run \`pulumi up\` again.`,
      );
    }
    const { migrations, proofs } = await withCopy(context, inputs.from, async (copy) => {
      await run(copy, "become the application's role", `set role ${ident(inputs.applicationUser)}`);
      return applyMigrations(copy, folder, context.log);
    });
    const applied = migrations.filter((migration) => migration.outcome === "applied").length;
    return {
      summary: `${applied} of ${migrations.length} migrations applied`,
      proofs,
      details: { migrations },
    };
  },
  { updateOn: ["digest"] },
);

async function byCommand(inputs: MigrateInputs, context: StageContext): Promise<Work> {
  const target = await adminTarget(context, inputs.from);
  await withCopy(context, inputs.from, () => Promise.resolve());
  const proofs = await runMigrationCommand({ command: inputs.command, target, log: context.log });
  return { summary: `${inputs.command[0]} ran the migrations`, proofs };
}
