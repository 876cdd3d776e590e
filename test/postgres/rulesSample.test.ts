import assert from "node:assert/strict";
import * as path from "node:path";
import { ensureSample } from "../../platforms/local/sample";
import type { Session } from "../../postgres/connection";
import { readRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { ask, onSample } from "../support/sample";
import { useScratchHome } from "../support/servers";
import { faultsOf } from "../support/rulesFaults";

const sampleRules = path.resolve(__dirname, "../../rules/sample.yaml");

describe("rules of the sample production", function () {
  this.timeout(120_000);
  const home = useScratchHome();
  before("make the sample", () => ensureSample(home(), { members: 60 }, () => undefined));

  const plan = (session: Session) => planDatabase(session, readRules(sampleRules), "federation");
  const inProduction = <T>(use: (session: Session) => Promise<T>) => onSample(home(), "production", use);
  /** Changes production for the length of `use` only. */
  async function changed(change: string, use: (session: Session) => Promise<void>, back: string) {
    await inProduction(async (session) => {
      await session.query(change);
      try {
        await use(session);
      } finally {
        await session.query(back);
      }
    });
  }

  it("classify every column, over a session that may only read", () =>
    inProduction(async (session) => {
      await session.query("set default_transaction_read_only = on");
      const made = await plan(session);
      const rows = await ask(
        session,
        "select count(*) from pg_class where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, '\"Archive\"'::regnamespace)",
      );
      assert.equal(String(made.tables.length), rows);
      assert.deepEqual(made.droppedForeignTables, [{ schema: "public", table: "rating_history" }]);
      const everyone = made.tables
        .find(({ table }) => table === "member")
        ?.columns.find(({ name }) => name === "email");
      assert.deepEqual(everyone?.exact, [{ where: "id = 1", value: "everyone@example.invalid" }]);
      assert.deepEqual(
        made.packs.map(({ name, applied }) => [name, applied]),
        [
          ["django", true],
          ["django-post-office", true],
        ],
      );
    }));

  it("stop at a new column and name it, with what its values look like", () =>
    changed(
      "alter table member add backup_contact text; update member set backup_contact = email where id > 3",
      async (session) => {
        const [fault, ...others] = await faultsOf(plan(session));
        assert.deepEqual(others, []);
        assert.match(fault ?? "", /`public\.member\.backup_contact` \(text\) is not classified/);
        assert.match(
          fault ?? "",
          /its name speaks of names of people; e-mail addresses in \d+ of 63 sampled rows/,
        );
        assert.doesNotMatch(fault ?? "", /@/);
      },
      "alter table member drop backup_contact",
    ));

  it("stop at a new table and name it once", () =>
    changed(
      'create table "Archive"."New ""one""" (id int primary key, c1 text, c2 bytea); insert into "Archive"."New ""one""" values (1, \'x\', \'reach me at z.z@post.example\')',
      async (session) => {
        const faults = await faultsOf(plan(session));
        assert.equal(faults.length, 1);
        assert.match(
          faults[0] ?? "",
          /table `Archive\.New "one"`\. Not classified: `c1` \(text\), `c2` \(bytea; e-mail addresses in 1 of 1/,
        );
      },
      'drop table "Archive"."New ""one"""',
    ));

  it("name a column that is gone", () =>
    changed(
      "alter table visitor rename column phone to telephone",
      async (session) => {
        const faults = await faultsOf(plan(session));
        assert.equal(faults.length, 2);
        assert.ok(faults.some((fault) => /no column `phone`\. Did you mean `telephone`/.test(fault)));
        assert.ok(faults.some((fault) => /visitor\.telephone` .* is not classified/.test(fault)));
      },
      "alter table visitor rename column telephone to phone",
    ));

  it("still bind when isolate has cut off the foreign server", () =>
    inProduction(async (session) => {
      await session.query("drop server ratings_office cascade");
      assert.equal((await plan(session)).droppedForeignTables.length, 0);
    }));
});
