import { readCatalogue } from "../../catalogue";
import type { Session } from "../../connection";
import type { SanitisePlan } from "../plan";
import { bindRules } from "./bind";
import { checkExpressions } from "./checkExpressions";
import { worthALook } from "./coverage";
import type { RulesDocument } from "./document";
import { mergeIntents } from "./intent";
import { indexCatalogue } from "./lookup";
import { lookPersonal } from "../detect/personalContents";

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
  const plan = bindRules(document, catalogue, looks);
  await checkExpressions(session, document, plan);
  return plan;
}
