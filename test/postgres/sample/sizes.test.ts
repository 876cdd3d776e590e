import assert from "node:assert/strict";
import { ensureSample, sampleStatus } from "../../../platforms/local/sample";
import { ask, onSample } from "../../support/sample";
import { useScratchHome } from "../../support/servers";

const silent = () => undefined;

describe("sample production that cannot be made as asked", () => {
  const home = useScratchHome();

  for (const wrong of [-1, 1.5, NaN, 800_001]) {
    it(`refuses ${wrong} members`, async () => {
      await assert.rejects(ensureSample(home(), { members: wrong }, silent), /whole number from 0 to 800000/);
      assert.equal((await sampleStatus(home())).state, "absent");
    });
  }
});

describe("sample production without members", function () {
  this.timeout(120_000);
  const home = useScratchHome();

  it("has every table, empty", async () => {
    await ensureSample(home(), { members: 0 }, silent);
    await onSample(home(), "production", async (session) => {
      await session.query("analyze");
      assert.equal(
        await ask(
          session,
          `select string_agg(relname, ' ') from pg_class where relkind in ('r', 'm') and reltuples > 0
             and relnamespace in ('public'::regnamespace, '"Archive"'::regnamespace) and relname <> 'schema_migration'`,
        ),
        "null",
      );
      assert.equal(await ask(session, "select nextval('member_id_seq')"), "1");
    });
  });
});
