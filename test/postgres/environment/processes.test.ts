import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import {
  createEnvironment,
  removeEnvironment,
  startEnvironment,
  stopEnvironment,
} from "../../../platforms/local/environment";
import { withLock } from "../../../platforms/local/lock";
import { identityOf } from "../../../platforms/local/processes";
import {
  claimed,
  inProcessOfItsOwn,
  until,
  untilThere,
  useEnvironments,
  type Moment,
} from "../../support/environments";

/** Process numbers, ports and locks that others have, and callers that are killed: the next one ends as if nobody had been. */
describe("the processes of environments", function () {
  this.timeout(90_000);
  const env = useEnvironments();

  it("never end a process that only has the number of theirs", async () => {
    const { id } = await env.make("recycled");
    const opened = await env.store("recycled");
    const [application] = await env.applications(id);
    const bystander = spawn("sleep", ["60"]);
    await once(bystander, "spawn");
    const recorded = await opened.readProcess();
    assert.ok(recorded && bystander.pid);
    await opened.writeProcess({ ...recorded, pid: bystander.pid });
    assert.equal((await env.environments().readEnvironment("recycled")).status, "Stopped");
    await stopEnvironment(env.home, "recycled");
    assert.ok(await identityOf(bystander.pid), "the bystander lives");
    assert.equal(
      await identityOf(application?.pid ?? 0),
      undefined,
      "the application, found by its arguments, is gone",
    );
    bystander.kill();
    await removeEnvironment(env.home, "recycled");
  });

  it("say who has their port", async () => {
    const squatter = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as net.AddressInfo;
    await createEnvironment(env.home, { name: "squatted", port, settings: env.oldSettings() });
    await assert.rejects(startEnvironment(env.home, "squatted"), /another program listens there/);
    squatter.close();
    await removeEnvironment(env.home, "squatted");
  });

  it("are locked by one caller at a time, and by no caller that was killed", async () => {
    await createEnvironment(env.home, { name: "locked", settings: {} });
    const { folder } = await env.store("locked");
    const holder = inProcessOfItsOwn(
      env.home,
      `lock.withLock(${JSON.stringify(folder)}, "holding it", 1000, () => new Promise((resolve) => setTimeout(resolve, 60000)))`,
    );
    await until(
      async () => (await env.environments().readEnvironment("locked")).status === "Updating",
      "the lock",
    );
    await assert.rejects(
      withLock(folder, "trying", 200, () => Promise.resolve()),
      new RegExp(`Process ${holder.process.pid} has been holding it since .* run the same command again`),
    );
    holder.process.kill("SIGKILL");
    await holder.done;
    let inside = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(folder, "counting", 10_000, async () => {
          inside += 1;
          assert.equal(inside, 1);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    assert.equal((await fs.readdir(folder)).filter((name) => name.startsWith("lock.")).length, 1);
  });

  describe("an update that is killed", () => {
    let id: string;

    beforeEach(async () => {
      id = (await env.make("test")).id;
      await env.environments().claim("test", "test", claimed);
    });
    afterEach(() => removeEnvironment(env.home, "test"));

    /** What the caller of an update has done when it is killed. */
    const moments: { name: string; stopAt: Moment }[] = [
      { name: "recorded in the claim what it will set", stopAt: { call: "writeClaim", when: "after" } },
      { name: "written the settings", stopAt: { call: "writeSettings", when: "after" } },
      { name: "stopped the application", stopAt: { call: "removeProcess", when: "after" } },
      { name: "started the application anew", stopAt: { call: "writeProcess", when: "after" } },
      {
        name: "started an application that it has not recorded",
        stopAt: { call: "writeProcess", when: "before" },
      },
    ];

    for (const again of ["set again", "put back"] as const) {
      it(`in the middle and ${again}, ends the same`, async function () {
        this.timeout(240_000);
        const set = `environments.setEnvironment(${JSON.stringify(env.changeOf("test", id))}, () => {})`;
        for (const moment of moments) {
          const caller = inProcessOfItsOwn(env.home, set, { stopAt: moment.stopAt });
          await untilThere(caller);
          caller.process.kill("SIGKILL");
          assert.equal((await caller.done).code, null, `killed before its end, when it had ${moment.name}`);
          if (again === "set again") {
            await env.environments().setEnvironment(env.changeOf("test", id), env.log);
            assert.deepEqual(await env.rawSettings("test"), env.settingsAfter(), moment.name);
            assert.equal(await env.membersSeen("test"), 5, moment.name);
            assert.equal((await env.applications(id)).length, 1, moment.name);
          }
          await env.environments().putBack("test", "test", env.log);
          assert.deepEqual(await env.rawSettings("test"), env.settingsBefore(), moment.name);
          assert.equal(await env.membersSeen("test"), 3, moment.name);
          assert.equal((await env.applications(id)).length, 1, moment.name);
          assert.equal((await env.environments().readEnvironment("test")).status, "Ready", moment.name);
        }
      });
    }

    for (const [moment, database] of [
      ["has set values that cannot work", "federation"],
      ["rolls back", "old_test"],
    ] as const) {
      it(`while it ${moment}, still goes back to what was before`, async () => {
        const failing = {
          ...env.changeOf("test", id),
          secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" },
        };
        const opened = await env.store("test");
        const caller = inProcessOfItsOwn(
          env.home,
          `environments.setEnvironment(${JSON.stringify(failing)}, () => {})`,
          { healthTimeoutMs: 2_000 },
        );
        await until(async () => {
          const { settings, updating } = await opened.readSettings();
          return updating !== undefined && settings.RDS_DB_NAME === database;
        }, "that");
        caller.process.kill("SIGKILL");
        assert.equal((await caller.done).code, null);
        const hasty = env.environments({ healthTimeoutMs: 4_000 });
        await assert.rejects(hasty.setEnvironment(failing, env.log), /were put back, and it is healthy/);
        assert.deepEqual(await env.rawSettings("test"), env.settingsBefore());
        assert.equal(await env.membersSeen("test"), 3);
      });
    }
  });
});
