import { readCatalogue, type Catalogue } from "../../catalogue";
import type { Session } from "../../connection";
import type { SanitisePlan } from "../plan";
import { bindRules } from "./bind";
import { expressionFaults } from "./expressionFaults";
import { worthALook } from "./coverage";
import type { RulesDocument } from "./document";
import { RulesError, type RuleFault } from "./faults";
import { mergeIntents } from "./intent";
import { indexCatalogue } from "./lookup";
import { lookPersonal, type PersonalLooks } from "../detect/personalContents";

/**
 * The whole gate on one database: reads its catalogue, looks at the values of columns that the rules do not name, binds
 * the rules, and has the server parse every condition and expression in them. Changes nothing; a read-only session will do.
 * @throws RulesError that lists every fault together.
 */
export async function planDatabase(
  session: Session,
  document: RulesDocument,
  database: string,
): Promise<SanitisePlan> {
  const catalogue = await readCatalogue(session, database);
  const intents = mergeIntents(document, indexCatalogue(catalogue));
  const looks = await lookPersonal(session, catalogue, worthALook(intents.byTable.values()));
  const { plan, faults } = bound(document, catalogue, looks);
  const all = [...faults, ...(await expressionFaults(session, intents.byTable.values()))];
  if (plan === undefined || all.length > 0) throw new RulesError(all, document.file);
  return plan;
}

/** The plan, or what speaks against it. */
function bound(
  document: RulesDocument,
  catalogue: Catalogue,
  looks: PersonalLooks,
): { plan: SanitisePlan | undefined; faults: readonly RuleFault[] } {
  try {
    return { plan: bindRules(document, catalogue, looks), faults: [] };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    return { plan: undefined, faults: error.faults };
  }
}
