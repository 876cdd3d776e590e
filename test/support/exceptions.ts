import assert from "node:assert/strict";
import { runRules } from "./runRules";
import { useScratchServer } from "./servers";

/** Runs of rules on a table of people, of whom the one or the other is an exception. */
export function useExceptions() {
  const server = useScratchServer();

  const run = (sql: string, tables: string) => runRules(server(), sql, tables);
  /** What the run says, after it was seen that nothing is different. */
  async function refused(sql: string, tables: string): Promise<string> {
    const { before, after, refused: said } = await run(sql, tables);
    assert.ok(said !== undefined, "the rules were taken");
    assert.deepEqual(after, before, "something was changed");
    assert.doesNotMatch(said, /planted|4711/, "a value is shown");
    return said;
  }
  async function done(sql: string, tables: string, table = "t"): Promise<Record<string, unknown>[]> {
    const { after, refused: said } = await run(sql, tables);
    assert.equal(said, undefined);
    return after[table] ?? [];
  }

  const members = `create table t (id int primary key, kind text, email text, note text);
    insert into t values (1, 'system', 'planted.one@real.example', 'a'), (2, 'person', 'planted.two@real.example', 'b'),
      (3, null, 'planted.three@real.example', null), (4, 'person', null, ''), (5, 'person', 'noemail@notset.com', 'c');`;
  const mask = (email: string, more = "keep: [kind, note]") => `  t: { ${more}, mask: { email: ${email} } }`;
  const ours = /^[a-z0-9]{20}@example\.invalid$/;

  return { run, refused, done, members, mask, ours };
}
