import { qualified, run } from "../connection";
import type { CopySession } from "../guard";
import type { SanitisePlan } from "./plan";

/**
 * Drops the foreign tables that the rules name. The others stay: they hold no row in the copy, and `isolate` has pointed
 * their servers to an address that cannot exist, so neither masks nor scans have anything to read there.
 * @throws when something depends on one of them; it is named, and nothing was dropped.
 */
export async function dropForeignTables(copy: CopySession, plan: SanitisePlan): Promise<void> {
  for (const { schema, table } of plan.droppedForeignTables) {
    await run(
      copy,
      `dropping the foreign table ${schema}.${table}`,
      `drop foreign table if exists ${qualified(schema, table)}`,
    );
  }
}
