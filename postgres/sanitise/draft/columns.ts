import type { CatalogueTable } from "../../catalogue";
import type { Detection } from "../detect/detect";
import type { TableIntent } from "../rules/intent";
import { columnKey } from "../rules/lookup";
import type { Decision } from "./decide";
import { ofOrigins, type Origins } from "./generated";
import { outweighs } from "./outweighs";

/** A column as `rules draft --json` shows it. */
export interface DraftColumn {
  action: "mask" | "keep" | "review";
  /** The transformation's name, `truncate` where its rows go, `generated` where the server makes it anew, `view` where a view shows it; null for what stays. */
  with: string | null;
  /** The transformation's parameters, where it has any. */
  params?: Record<string, unknown>;
  confidence: number;
  reasons: string[];
}

/** Every column as `rules draft --json` shows it: what packs decide, then what the draft does. */
export function columnsOf(
  { index }: Detection,
  decisions: Map<string, Decision>,
  byTable: ReadonlyMap<CatalogueTable, TableIntent>,
  origins: Origins,
): Map<string, DraftColumn> {
  const columns: Map<string, DraftColumn> = new Map();
  for (const table of index.ruled) {
    const intent = byTable.get(table);
    // Generated columns last: what is said of them depends on the others.
    for (const column of [...table.columns].sort((a, b) => Number(a.generated) - Number(b.generated))) {
      const { name } = column;
      const decision = decisions.get(columnKey(table, name));
      if (decision === undefined) continue;
      const made = ofOrigins(table, column, origins, (other) => columns.get(columnKey(table, other)));
      const one = packed(intent, name, decision) ?? made ?? plain(decision);
      columns.set(columnKey(table, name), one);
      for (const partition of index.partitions(table)) {
        columns.set(columnKey(partition, name), {
          ...one,
          reasons: [`as ${index.write(table)}, whose partition it is`, ...one.reasons],
        });
      }
    }
  }
  return columns;
}

function plain({ action, spec, confidence, reasons }: Decision): DraftColumn {
  const params = spec && Object.keys(spec.params).length > 0 ? { params: spec.params } : {};
  return { action, with: spec?.with ?? null, ...params, confidence, reasons };
}

function packed(intent: TableIntent | undefined, name: string, decision: Decision): DraftColumn | undefined {
  if (intent?.action === "truncate") {
    const why = "a pack empties the table";
    if (decision.action === "keep") {
      return { ...plain(decision), with: "truncate", reasons: [why, ...decision.reasons] };
    }
    return {
      action: decision.action,
      with: "truncate",
      confidence: decision.confidence,
      reasons: [why, ...decision.reasons],
    };
  }
  const said = intent?.columns.get(name);
  if (said === undefined || (intent && outweighs(decision, intent, name))) return undefined;
  const pack = /([^/]+)\.yaml$/.exec(said.place.file)?.[1] ?? said.place.file;
  if (said.mask === undefined) {
    return { action: "keep", with: null, confidence: 0.95, reasons: [`the pack ${pack} keeps it`] };
  }
  const { spec } = said.mask;
  const params = Object.keys(spec.params).length > 0 ? { params: spec.params } : {};
  // Packs also mask what is nobody's, such as moments; that alone says nothing of a person.
  const action = decision.action === "keep" ? "review" : "mask";
  const personal =
    decision.action === "keep" && (decision.structural || spec.with === "date-shift") ? action : "mask";
  return {
    action: personal,
    with: spec.with,
    ...params,
    confidence: 0.95,
    reasons: [`the pack ${pack} masks it`, ...decision.reasons],
  };
}
