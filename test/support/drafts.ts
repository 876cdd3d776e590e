import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import { draftRules, type Draft } from "../../postgres/sanitise/draft/draft";
import { readRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { useScratchHome, useScratchServer } from "./servers";

/** Databases on a scratch server of the test file, and the rules that are drafted for them. */
export function useDrafts() {
  const home = useScratchHome();
  const server = useScratchServer();

  async function made(name: string, sql: string): Promise<void> {
    await server().createDatabase(name);
    await server().as(name, (session) => session.query(sql));
  }
  const drafted = (database: string, login?: { user: string; password: string }) =>
    withSession(server().target(database, login), { applicationName: "test", readOnly: true }, (session) =>
      draftRules(session),
    );
  function column(draft: Draft, name: string) {
    const found = draft.columns.get(name);
    assert.ok(found, `${name} is not in the draft`);
    return found;
  }
  /** Binds the draft as a user would: from a file, the whole gate, values and expressions included. */
  async function bound(database: string, draft: Draft) {
    const file = path.join(home().root, `${database}.yaml`);
    fs.writeFileSync(file, draft.yaml);
    return server().as(database, (session) => planDatabase(session, readRules(file), database));
  }

  return { home, server, made, drafted, column, bound };
}
