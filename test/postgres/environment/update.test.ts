import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { removeEnvironment, startEnvironment, stopEnvironment } from "../../../platforms/local/environment";
import { localSecrets } from "../../../platforms/local/secrets";
import { generationSetting } from "../../../platforms/platform";
import {
  claimed,
  hostile,
  newPassword,
  oldPassword,
  planted,
  useEnvironments,
} from "../../support/environments";
import { skipBecause } from "../../support/skip";

/** One environment is moved to the copy and put back. Not proven here: who may claim it (claims.test.ts), kills (processes.test.ts). */
describe("an update of an environment", function () {
  this.timeout(90_000);
  const env = useEnvironments();

  let id: string;
  beforeEach(async () => {
    id = (await env.make("test")).id;
    await env.environments().claim("test", "test", claimed);
  });
  afterEach(() => removeEnvironment(env.home, "test"));

  it("moves the application in one step, and destroy puts everything back", async () => {
    const seen = new Set<string>();
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const now = await env.rawSettings("test");
        seen.add(
          JSON.stringify([now.RDS_USERNAME, now.RDS_PASSWORD, now.RDS_DB_NAME, now[generationSetting]]),
        );
      }
    })();
    const proofs = await env.environments().setEnvironment(env.changeOf("test", id), env.log);
    isOver = true;
    await watching;
    assert.deepEqual(
      [...seen],
      [
        JSON.stringify(["old_app", oldPassword, "old_test", null]),
        JSON.stringify(["app", newPassword, "federation", "3fa9c1d2"]),
      ],
    );
    assert.match(proofs[0]?.evidence ?? "", /GET \/health: 200, on 127.0.0.1:\d+\/federation, 5 members/);
    assert.equal(await env.membersSeen("test"), 5);

    const [running] = await env.applications(id);
    assert.match(
      (await env.environments().setEnvironment(env.changeOf("test", id), env.log))[0]?.claim ?? "",
      /already has/,
    );
    await env.environments().claim("test", "test", claimed);
    assert.deepEqual(await env.applications(id), [running], "nothing changed, so nothing restarts");

    await assert.rejects(env.environments().releaseClaim("test", "test"), /RDS_USERNAME.* still shows/);
    await env.environments().putBack("test", "test", env.log);
    await env.environments().putBack("test", "test", env.log);
    assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());
    assert.equal(await env.membersSeen("test"), 3);
    await env.environments().releaseClaim("test", "test");
    await env.environments().releaseClaim("test", "test");
    assert.equal((await env.environments().readEnvironment("test")).claimedBy, undefined);
    assert.deepEqual(
      (await localSecrets(env.home).list()).map(({ ref }) => ref),
      ["test-3fa9c1d2/application", "test-3fa9c1d2/wrong"],
    );
  });

  it("hands hostile values to the process unharmed, and nothing of the caller's environment", async function () {
    if (process.platform !== "linux") skipBecause(this, "the environment of a process is read from /proc");
    process.env.PRODCOPY_TEST_PLANTED = "Pl4nted-caller";
    await stopEnvironment(env.home, "test");
    await startEnvironment(env.home, "test");
    delete process.env.PRODCOPY_TEST_PLANTED;
    const [application] = await env.applications(id);
    const text = await fs.readFile(`/proc/${application?.pid}/environ`, "utf8");
    const variables = new Map(
      text.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    assert.equal(variables.get("NOTE"), hostile);
    assert.equal(variables.get("RDS_PASSWORD"), oldPassword);
    assert.ok(!variables.has("PRODCOPY_TEST_PLANTED"));
  });

  it("that does not come up is rolled back, and says so", async () => {
    const failing = { ...env.changeOf("test", id), secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" } };
    const hasty = env.environments({ healthTimeoutMs: 4_000 });
    await assert.rejects(hasty.setEnvironment(failing, env.log), (error: Error) => {
      assert.match(
        error.message,
        /refuses the password of app\..*were put back, and it is healthy on them again/s,
      );
      assert.match(error.message, new RegExp(claimed.toSorted().join(", ")));
      return true;
    });
    assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());
    assert.equal((await env.environments().readEnvironment("test")).status, "Ready");
    assert.equal(await env.membersSeen("test"), 3);

    // From the second generation it goes back to the first, and from there to what was before the claim.
    await env.environments().setEnvironment(env.changeOf("test", id), env.log);
    await assert.rejects(hasty.setEnvironment(failing, env.log), /were put back/);
    assert.deepEqual(await env.rawSettings("test"), env.settingsAfter());
    await env.environments().putBack("test", "test", env.log);
    assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());
  });

  it("refuses another environment under the name, unclaimed settings and an unknown secret", async () => {
    const change = env.changeOf("test", id);
    await assert.rejects(
      env.environments().setEnvironment({ ...change, environmentId: "e-0" }, env.log),
      /is another one now/,
    );
    const more = { ...change, settings: { ...change.settings, RDS_PORT: "5432" } };
    await assert.rejects(env.environments().setEnvironment(more, env.log), /does not name RDS_PORT/);
    const unknown = { ...change, secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/gone" } };
    await assert.rejects(
      env.environments().setEnvironment(unknown, env.log),
      /There is no secret "test-3fa9c1d2\/gone"/,
    );
    const twice = { ...change, settings: { RDS_PASSWORD: "x" } };
    await assert.rejects(env.environments().setEnvironment(twice, env.log), /given twice/);
    assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());

    await env.environments().claim("test", "test", [...claimed, "RDS_PORT"]);
    const port = { ...change, settings: { ...change.settings, RDS_PORT: env.oldSettings().RDS_PORT } };
    await env.environments().setEnvironment(port, env.log);
    await env.environments().putBack("test", "test", env.log);
    assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());
  });

  it("is put back only where it still shows what the stack set", async () => {
    await env.environments().setEnvironment(env.changeOf("test", id), env.log);
    const opened = await env.store("test");
    const stored = await opened.readSettings();
    await opened.writeSettings({
      ...stored,
      settings: { ...stored.settings, RDS_USERNAME: "scratch_admin" },
    });
    const [proof] = await env.environments({ healthTimeoutMs: 3_000 }).putBack("test", "test", env.log);
    assert.match(proof?.evidence ?? "", /left as somebody else set them: RDS_USERNAME/);
    assert.deepEqual(await env.rawSettings("test"), {
      ...env.settingsBefore(),
      RDS_USERNAME: "scratch_admin",
    });
  });

  it("shows no password anywhere but in the settings themselves", async () => {
    const failing = { ...env.changeOf("test", id), secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" } };
    let ps = "";
    const watching = setInterval(() => (ps += execFileSync("ps", ["-ef", "-ww"], { encoding: "utf8" })), 250);
    const proofs = await env.environments().setEnvironment(env.changeOf("test", id), env.log);
    await env
      .environments({ healthTimeoutMs: 2_000 })
      .setEnvironment(failing, env.log)
      .catch((error: Error) => env.shown.push(String(error.stack)));
    proofs.push(...(await env.environments().putBack("test", "test", env.log)));
    proofs.push(...(await env.environments().claim("test", "test", claimed)).proofs);
    clearInterval(watching);
    env.shown.push(
      JSON.stringify(proofs),
      JSON.stringify(await env.environments().readEnvironment("test")),
      ps,
    );
    assert.match(ps, new RegExp(`--environment=${id}`), "the application was seen by ps");
    assert.doesNotMatch(env.shown.join("\n"), planted);

    const { folder } = await env.store("test");
    const holding = [];
    for (const name of await fs.readdir(folder)) {
      const file = path.join(folder, name);
      assert.equal((await fs.stat(file)).mode & 0o077, 0, `${name} is private`);
      if (planted.test(await fs.readFile(file, "utf8"))) holding.push(name);
    }
    assert.deepEqual(holding, ["settings.json"]);
  });
});
