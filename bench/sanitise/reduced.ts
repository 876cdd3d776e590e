import type { SanitisePlan } from "../../postgres/sanitise/plan";

/** The plan with at most `most` masked columns of each table; the rest is kept. For showing how time grows with columns. */
export function reduced(plan: SanitisePlan, most: number): SanitisePlan {
  return {
    ...plan,
    tables: plan.tables.map((table) => {
      let masked = 0;
      const columns = table.columns.map((column) => {
        if (column.action !== "mask") return column;
        masked += 1;
        return masked <= most
          ? column
          : { ...column, action: "keep" as const, mask: undefined, identifying: false };
      });
      const action =
        table.action === "mask" && !columns.some((c) => c.action === "mask") ? "keep" : table.action;
      return { ...table, action, columns };
    }),
  };
}
