import type { Catalogue, CatalogueColumn } from "../../catalogue";
import type { ColumnPlan, SanitisePlan, TablePlan } from "../plan";
import { checkNames } from "./checkNames";
import { closureFaults, followersFirst, references, type Reference } from "./closure";
import { goingRows } from "./conditions";
import { coverageFaults, keptWithoutRule } from "./coverage";
import type { RulesDocument } from "./document";
import { RulesError, type RuleFault } from "./faults";
import { isIdentifying, misfits } from "./fits";
import { mergeIntents, originOf, type Intents, type TableIntent } from "./intent";
import { indexCatalogue, type CatalogueIndex } from "./lookup";
import type { PersonalLooks } from "../detect/personalContents";
import { copyMisfits } from "./sameAs";
import { referenceFaults } from "./referenceFaults";

/**
 * Binds rules to a database: what becomes of every column of every table.
 * @param looks what a look at the values found (`lookPersonal`); without it, `keep: all` and the reasons in messages rest
 *   on names, comments and types alone. `planDatabase` does both.
 * @throws RulesError that lists every fault together: names that do not exist, masks that do not fit, rows that would
 *   dangle, and (the coverage gate) every column that is not classified.
 */
export function bindRules(
  document: RulesDocument,
  catalogue: Catalogue,
  looks: PersonalLooks = new Map(),
): SanitisePlan {
  const index = indexCatalogue(catalogue);
  const intents = mergeIntents(document, index);
  const all = references(intents, index);
  const faults: RuleFault[] = [
    ...checkNames(document, index),
    ...[...intents.byTable.values()].flatMap((intent) => maskFaults(intent, index, document.allowedDomains)),
    ...closureFaults(all, intents, index),
    ...referenceFaults(all, index),
    ...[...intents.byTable.values()].flatMap((intent) => coverageFaults(intent, index, looks, document.file)),
  ];
  if (faults.length > 0) throw new RulesError(faults, document.file);
  return planOf(document, intents, all, index, looks);
}

function maskFaults(intent: TableIntent, index: CatalogueIndex, domains: string[]): RuleFault[] {
  if (intent.action !== undefined) return [];
  return intent.table.columns.flatMap((column) => {
    const mask = intent.columns.get(column.name)?.mask;
    const reasons = mask
      ? [...misfits(mask, column, intent.table, domains), ...copyMisfits(mask, column, index, domains)]
      : [];
    return reasons.map((reason): RuleFault => {
      const name = `\`${index.write(intent.table)}.${column.name}\` (${column.type})`;
      return {
        place: mask?.place ?? { file: "", line: 1, column: 1 },
        message: `${name} ${reason}`,
        kind: "does not fit",
      };
    });
  });
}

function planOf(
  document: RulesDocument,
  intents: Intents,
  all: Reference[],
  index: CatalogueIndex,
  looks: PersonalLooks,
): SanitisePlan {
  const rows = [...intents.byTable.values()].filter(({ table }) => table.kind !== "foreign");
  return {
    database: index.catalogue.database,
    rulesDigest: document.digest,
    allowedDomains: document.allowedDomains,
    tables: followersFirst(rows, all).flatMap((intent) => tablePlans(intent, all, index, looks)),
    droppedForeignTables: [...intents.byTable.values()]
      .filter(({ action }) => action === "drop")
      .map(({ table }) => ({ schema: table.schema, table: table.name })),
    largeObjects: document.largeObjects,
    testLogins: document.logins.map(({ place: _place, ...login }) => login),
    media: document.media.map(({ schema, table, column }) => ({ schema, table, column })),
    packs: intents.packs,
  };
}

/** A table's plan, then one for each of its partitions. */
function tablePlans(
  intent: TableIntent,
  all: Reference[],
  index: CatalogueIndex,
  looks: PersonalLooks,
): TablePlan[] {
  const { table } = intent;
  const columns = table.columns.map((column) => columnPlan(intent, column, index, looks));
  const origin = intent.place ? originOf(intent.place) : "structure: nothing but keys and booleans";
  const masks = columns.some((column) => column.action === "mask");
  const action =
    intent.action === "truncate" ? "truncate" : intent.delete ? "delete" : masks ? "mask" : "keep";
  const plan = (schema: string, name: string) => ({
    schema,
    table: name,
    action,
    where: intent.delete && goingRows(intent, all, name),
    columns,
  });
  const top = { schema: table.schema, table: table.name };
  return [
    { ...plan(table.schema, table.name), partitionOf: undefined, origin },
    ...index.partitions(table).map((partition) => ({
      ...plan(partition.schema, partition.name),
      partitionOf: top,
      origin: `partition of ${index.write(table)}: ${origin}`,
    })),
  ] as TablePlan[];
}

function columnPlan(
  intent: TableIntent,
  column: CatalogueColumn,
  index: CatalogueIndex,
  looks: PersonalLooks,
): ColumnPlan {
  const { name, type, notNull } = column;
  const said = intent.columns.get(name);
  const mask = said?.mask;
  const expected = mask ? undefined : intent.expected.get(name);
  return {
    name,
    type,
    notNull,
    action: mask ? "mask" : "keep",
    mask: mask?.spec,
    where: mask?.where,
    keepValues: mask?.keepValues ?? [],
    exact: mask?.exact ?? [],
    identifying: mask !== undefined && isIdentifying(mask),
    ...(expected === undefined ? {} : { expected }),
    origin: said
      ? originOf(said.place)
      : (keptWithoutRule(intent, column, index, looks) ?? (intent.place ? originOf(intent.place) : "")),
  };
}
