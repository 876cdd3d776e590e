import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { literal } from "../../postgres/connection";
import {
  createEnvironment,
  localEnvironments,
  removeEnvironment,
  startEnvironment,
  stopEnvironment,
  type EnvironmentOptions,
  type LocalEnvironments,
} from "../../platforms/local/environment";
import { withLock } from "../../platforms/local/lock";
import { findProcesses, identityOf } from "../../platforms/local/processes";
import { refuseProduction } from "../../platforms/local/environment/production";
import { EnvironmentStore } from "../../platforms/local/environment/store";
import type { LocalHome } from "../../platforms/local/home";
import { localSecrets } from "../../platforms/local/secrets";
import { generationSetting, type EnvironmentChange } from "../../platforms/platform";
import {
  makeScratchHome,
  removeScratchHome,
  startScratchServer,
  type ScratchServer,
} from "../support/servers";
import { skipBecause } from "../support/skip";

const oldPassword = `Pl4nted-old "quoted" 'and' $HOME %41:/@ wörd`;
const newPassword = `Pl4nted-new \\ back;slash --now=1 漢字`;
const wrongPassword = "Pl4nted-wrong";
const planted = /Pl4nted/;
const claimed = ["RDS_USERNAME", "RDS_PASSWORD", "RDS_DB_NAME", generationSetting];
const hostile = `"quotes" 'and' $(id) \`id\` line\nbreak\ttab \u202e漢字 =;&|`;
const label = { stack: "test", generation: "3fa9c1d2", owner: "tester", expiresAt: "2030-01-01T00:00:00Z" };

describe("environments on this machine", function () {
  this.timeout(90_000);
  let home: LocalHome;
  let server: ScratchServer;
  let shown: string[];
  const log = (line: string) => void shown.push(line);

  before("a server with an old Test database and a copy", async () => {
    home = await makeScratchHome();
    server = await startScratchServer(home, "test-3fa9c1d2");
    await server.as("postgres", async (session) => {
      await session.query(`create role old_app login password ${literal(oldPassword)}`);
      await session.query(`create role app login password ${literal(newPassword)}`);
    });
    for (const [database, owner, members] of [
      ["old_test", "old_app", 3],
      ["federation", "app", 5],
    ] as const) {
      await server.createDatabase(database);
      await server.as(database, (session) => fill(session, owner, members));
    }
    await localSecrets(home).put("test-3fa9c1d2/application", { password: newPassword }, label);
    await localSecrets(home).put("test-3fa9c1d2/wrong", { password: wrongPassword }, label);
  });
  after("stop everything", async () => {
    for (const name of await fs.readdir(home.environments)) {
      if (!name.startsWith(".")) await stopEnvironment(home, name);
    }
    await removeScratchHome(home);
  });
  beforeEach(() => (shown = []));

  const environments = (options: Partial<EnvironmentOptions> = {}): LocalEnvironments =>
    localEnvironments(home, {
      secrets: localSecrets(home),
      production: () => Promise.resolve([{ name: "production", host: "127.0.0.1", port: 1 }]),
      healthTimeoutMs: 30_000,
      readyTimeoutMs: 20_000,
      ...options,
    });
  const oldSettings = () => ({
    RDS_HOSTNAME: "127.0.0.1",
    RDS_PORT: String(server.handle.port),
    RDS_USERNAME: "old_app",
    RDS_DB_NAME: "old_test",
    NOTE: hostile,
  });
  const make = async (name: string) => {
    await createEnvironment(home, {
      name,
      settings: oldSettings(),
      secretSettings: { RDS_PASSWORD: oldPassword },
    });
    return startEnvironment(home, name);
  };
  const changeOf = (name: string, environmentId: string, stack = "test"): EnvironmentChange => ({
    environment: name,
    environmentId,
    stack,
    settings: { RDS_USERNAME: "app", RDS_DB_NAME: "federation", [generationSetting]: "3fa9c1d2" },
    secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/application" },
  });
  const store = (name: string) => EnvironmentStore.open(home, name);
  const rawSettings = async (name: string) => (await (await store(name)).readSettings()).settings;
  const before_ = () => ({ ...oldSettings(), RDS_PASSWORD: oldPassword });
  const after_ = () => ({
    ...oldSettings(),
    ...changeOf("", "").settings,
    RDS_PASSWORD: newPassword,
  });
  const applications = (id: string) => findProcesses((args) => args.includes(`--environment=${id}`));
  const member = async (name: string) => {
    const { url } = await environments().readEnvironment(name);
    const answer = await fetch(`${url}health`);
    return { status: answer.status, ...((await answer.json()) as { members?: number; database?: string }) };
  };

  describe("claims", () => {
    it("refuse production by name, by address and by alias", async () => {
      const state = await make("live-Prod");
      await assert.rejects(environments().claim("live-Prod", "test", claimed), /its name says production/);
      await removeEnvironment(home, "live-Prod");
      assert.deepEqual(await applications(state.id), []);

      await make("points");
      const production = [{ name: "production", host: "localhost", port: server.handle.port }];
      const guarded = environments({ production: () => Promise.resolve(production) });
      await assert.rejects(
        guarded.claim("points", "test", claimed),
        /RDS_HOSTNAME points at .* the production server "production".*Nothing was changed/s,
      );
      assert.equal((await guarded.readEnvironment("points")).claimedBy, undefined);
      const { id } = (await environments().claim("points", "test", claimed)).value;
      await assert.rejects(guarded.setEnvironment(changeOf("points", id), log), /production server/);
      assert.deepEqual(await rawSettings("points"), before_());
      await environments().sweepClaims("test", log);
      await removeEnvironment(home, "points");

      const aliases = [
        "LOCALHOST.",
        "127.0.0.1",
        "::1",
        "0.0.0.0",
        "2130706433",
        "127.1",
        "/var/run/postgresql",
      ];
      for (const host of aliases) {
        const settings = { RDS_HOSTNAME: host, RDS_PORT: `0${server.handle.port}` };
        await assert.rejects(refuseProduction("It", settings, production), /points at/, host);
      }
      const url = { DATABASE_URL: `postgresql://u:Pl4nted@[::1]:${server.handle.port}/x` };
      await assert.rejects(
        refuseProduction("It", url, production),
        (error: Error) => !planted.test(error.message),
      );
      await refuseProduction("It", { RDS_HOSTNAME: "localhost", RDS_PORT: "1" }, production);
    });

    it("refuse names and values that an environment cannot hold, without quoting them", async () => {
      const settings = [
        { PORT: "1" },
        { "A=B": "x" },
        { "": "x" },
        { A: "Pl4nted\0" },
        { A: "Pl4nted".repeat(999) },
      ];
      for (const refused of settings) {
        await assert.rejects(
          createEnvironment(home, { name: "bad", settings: refused as never }),
          (error: Error) => {
            assert.match(error.message, /is refused: .* Nothing was changed/);
            return !planted.test(error.message);
          },
        );
      }
      for (const name of ["../x", "", ".x", "a/b", "x".repeat(41)]) {
        await assert.rejects(createEnvironment(home, { name, settings: {} }), /cannot name an environment/);
      }
      await assert.rejects(
        environments().claim("nowhere", "test", claimed),
        /There is no environment "nowhere"/,
      );
    });

    it("are won by exactly one of several stacks at once", async () => {
      await make("contested");
      const stacks = ["a", "b", "c"];
      const ended = await Promise.all(
        stacks.map(
          (stack) =>
            child(home, `environments.claim("contested", "${stack}", ${JSON.stringify(claimed)})`).done,
        ),
      );
      const winners = stacks.filter((_, index) => ended[index]?.code === 0);
      assert.equal(winners.length, 1, JSON.stringify(ended));
      const losers = ended.filter(({ code }) => code !== 0);
      for (const { output } of losers) {
        assert.match(output, new RegExp(`claimed by stack "${winners[0]}".*pulumi destroy`, "s"));
      }
      assert.equal((await environments().readEnvironment("contested")).claimedBy, winners[0]);
      const { id } = (await store("contested")).identity;
      await assert.rejects(
        environments().setEnvironment(changeOf("contested", id, "d"), log),
        /claimed by stack/,
      );
      await environments().releaseClaim("contested", "d");
      await environments().putBack("contested", "d", log);
      assert.equal((await environments().readEnvironment("contested")).claimedBy, winners[0]);
      await environments().releaseClaim("contested", winners[0] ?? "");
      await removeEnvironment(home, "contested");
    });

    it("wait for a stopped environment for a bounded time, then say how to start it", async () => {
      await make("stopped");
      await stopEnvironment(home, "stopped");
      const impatient = environments({ readyTimeoutMs: 100 });
      await assert.rejects(impatient.claim("stopped", "test", claimed), /is Stopped.*`npm start` starts it/);
      await removeEnvironment(home, "stopped");
    });
  });

  describe("an update", () => {
    let id: string;
    beforeEach(async () => {
      id = (await make("test")).id;
      await environments().claim("test", "test", claimed);
    });
    afterEach(() => removeEnvironment(home, "test"));

    it("moves the application in one step, and destroy puts everything back", async () => {
      const seen = new Set<string>();
      let isOver = false;
      const watching = (async () => {
        while (!isOver) {
          const now = await rawSettings("test");
          seen.add(
            JSON.stringify([now.RDS_USERNAME, now.RDS_PASSWORD, now.RDS_DB_NAME, now[generationSetting]]),
          );
        }
      })();
      const proofs = await environments().setEnvironment(changeOf("test", id), log);
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
      assert.equal((await member("test")).members, 5);

      const [running] = await applications(id);
      assert.match(
        (await environments().setEnvironment(changeOf("test", id), log))[0]?.claim ?? "",
        /already has/,
      );
      await environments().claim("test", "test", claimed);
      assert.deepEqual(await applications(id), [running], "nothing changed, so nothing restarts");

      await assert.rejects(environments().releaseClaim("test", "test"), /RDS_USERNAME.* still shows/);
      await environments().putBack("test", "test", log);
      await environments().putBack("test", "test", log);
      assert.deepEqual(await rawSettings("test"), before_());
      assert.equal((await member("test")).members, 3);
      await environments().releaseClaim("test", "test");
      await environments().releaseClaim("test", "test");
      assert.equal((await environments().readEnvironment("test")).claimedBy, undefined);
      assert.deepEqual(
        (await localSecrets(home).list()).map(({ ref }) => ref),
        ["test-3fa9c1d2/application", "test-3fa9c1d2/wrong"],
      );
    });

    it("hands hostile values to the process unharmed, and nothing of the caller's environment", async function () {
      if (process.platform !== "linux") skipBecause(this, "the environment of a process is read from /proc");
      process.env.PRODCOPY_TEST_PLANTED = "Pl4nted-caller";
      await stopEnvironment(home, "test");
      await startEnvironment(home, "test");
      delete process.env.PRODCOPY_TEST_PLANTED;
      const [application] = await applications(id);
      const text = await fs.readFile(`/proc/${application?.pid}/environ`, "utf8");
      const variables = new Map(
        text.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
      );
      assert.equal(variables.get("NOTE"), hostile);
      assert.equal(variables.get("RDS_PASSWORD"), oldPassword);
      assert.ok(!variables.has("PRODCOPY_TEST_PLANTED"));
    });

    it("that does not come up is rolled back, and says so", async () => {
      const failing = { ...changeOf("test", id), secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" } };
      const hasty = environments({ healthTimeoutMs: 4_000 });
      await assert.rejects(hasty.setEnvironment(failing, log), (error: Error) => {
        assert.match(
          error.message,
          /refuses the password of app\..*were put back, and it is healthy on them again/s,
        );
        assert.match(error.message, new RegExp(claimed.toSorted().join(", ")));
        return true;
      });
      assert.deepEqual(await rawSettings("test"), before_());
      assert.equal((await environments().readEnvironment("test")).status, "Ready");
      assert.equal((await member("test")).members, 3);

      // From the second generation it goes back to the first, and from there to what was before the claim.
      await environments().setEnvironment(changeOf("test", id), log);
      await assert.rejects(hasty.setEnvironment(failing, log), /were put back/);
      assert.deepEqual(await rawSettings("test"), after_());
      await environments().putBack("test", "test", log);
      assert.deepEqual(await rawSettings("test"), before_());
    });

    it("refuses another environment under the name, unclaimed settings and an unknown secret", async () => {
      const change = changeOf("test", id);
      await assert.rejects(
        environments().setEnvironment({ ...change, environmentId: "e-0" }, log),
        /is another one now/,
      );
      const more = { ...change, settings: { ...change.settings, RDS_PORT: "5432" } };
      await assert.rejects(environments().setEnvironment(more, log), /does not name RDS_PORT/);
      const unknown = { ...change, secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/gone" } };
      await assert.rejects(
        environments().setEnvironment(unknown, log),
        /There is no secret "test-3fa9c1d2\/gone"/,
      );
      const twice = { ...change, settings: { RDS_PASSWORD: "x" } };
      await assert.rejects(environments().setEnvironment(twice, log), /given twice/);
      assert.deepEqual(await rawSettings("test"), before_());

      await environments().claim("test", "test", [...claimed, "RDS_PORT"]);
      const port = { ...change, settings: { ...change.settings, RDS_PORT: oldSettings().RDS_PORT } };
      await environments().setEnvironment(port, log);
      await environments().putBack("test", "test", log);
      assert.deepEqual(await rawSettings("test"), before_());
    });

    it("is put back only where it still shows what the stack set", async () => {
      await environments().setEnvironment(changeOf("test", id), log);
      const opened = await store("test");
      const stored = await opened.readSettings();
      await opened.writeSettings({
        ...stored,
        settings: { ...stored.settings, RDS_USERNAME: "scratch_admin" },
      });
      const [proof] = await environments({ healthTimeoutMs: 3_000 }).putBack("test", "test", log);
      assert.match(proof?.evidence ?? "", /left as somebody else set them: RDS_USERNAME/);
      assert.deepEqual(await rawSettings("test"), { ...before_(), RDS_USERNAME: "scratch_admin" });
    });

    it("shows no password anywhere but in the settings themselves", async () => {
      const failing = { ...changeOf("test", id), secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" } };
      let ps = "";
      const watching = setInterval(
        () => (ps += execFileSync("ps", ["-ef", "-ww"], { encoding: "utf8" })),
        250,
      );
      const proofs = await environments().setEnvironment(changeOf("test", id), log);
      await environments({ healthTimeoutMs: 2_000 })
        .setEnvironment(failing, log)
        .catch((error: Error) => shown.push(String(error.stack)));
      proofs.push(...(await environments().putBack("test", "test", log)));
      proofs.push(...(await environments().claim("test", "test", claimed)).proofs);
      clearInterval(watching);
      shown.push(JSON.stringify(proofs), JSON.stringify(await environments().readEnvironment("test")), ps);
      assert.match(ps, new RegExp(`--environment=${id}`), "the application was seen by ps");
      assert.doesNotMatch(shown.join("\n"), planted);

      const { folder } = await store("test");
      const holding = [];
      for (const name of await fs.readdir(folder)) {
        const file = path.join(folder, name);
        assert.equal((await fs.stat(file)).mode & 0o077, 0, `${name} is private`);
        if (planted.test(await fs.readFile(file, "utf8"))) holding.push(name);
      }
      assert.deepEqual(holding, ["settings.json"]);
    });

    for (const again of ["set again", "put back"] as const) {
      it(`killed in the middle and ${again}, ends the same`, async function () {
        this.timeout(240_000);
        const set = `environments.setEnvironment(${JSON.stringify(changeOf("test", id))}, () => {})`;
        for (const moment of moments) {
          const opened = await store("test");
          const before = await opened.readProcess();
          const caller = child(home, set);
          await until(() => moment.reached(opened, before?.pid), `the caller to have ${moment.name}`);
          caller.process.kill("SIGKILL");
          assert.equal((await caller.done).code, null, `killed before its end, when it had ${moment.name}`);
          if (again === "set again") {
            await environments().setEnvironment(changeOf("test", id), log);
            assert.deepEqual(await rawSettings("test"), after_(), moment.name);
            assert.equal((await member("test")).members, 5, moment.name);
            assert.equal((await applications(id)).length, 1, moment.name);
          }
          await environments().putBack("test", "test", log);
          assert.deepEqual(await rawSettings("test"), before_(), moment.name);
          assert.equal((await member("test")).members, 3, moment.name);
          assert.equal((await applications(id)).length, 1, moment.name);
          assert.equal((await environments().readEnvironment("test")).status, "Ready", moment.name);
        }
      });
    }

    for (const [moment, database] of [
      ["has set values that cannot work", "federation"],
      ["rolls back", "old_test"],
    ] as const) {
      it(`killed while it ${moment}, still goes back to what was before`, async () => {
        const failing = { ...changeOf("test", id), secretSettings: { RDS_PASSWORD: "test-3fa9c1d2/wrong" } };
        const opened = await store("test");
        const caller = child(
          home,
          `environments.setEnvironment(${JSON.stringify(failing)}, () => {})`,
          2_000,
        );
        await until(async () => {
          const { settings, updating } = await opened.readSettings();
          return updating !== undefined && settings.RDS_DB_NAME === database;
        }, "that");
        caller.process.kill("SIGKILL");
        assert.equal((await caller.done).code, null);
        const hasty = environments({ healthTimeoutMs: 4_000 });
        await assert.rejects(hasty.setEnvironment(failing, log), /were put back, and it is healthy/);
        assert.deepEqual(await rawSettings("test"), before_());
        assert.equal((await member("test")).members, 3);
      });
    }
  });

  it("put back values whose database is gone, and say that health is not proven", async () => {
    await server.createDatabase("short_lived");
    await server.as("short_lived", (session) => fill(session, "old_app", 1));
    const settings = { ...oldSettings(), RDS_DB_NAME: "short_lived" };
    await createEnvironment(home, {
      name: "orphan",
      settings,
      secretSettings: { RDS_PASSWORD: oldPassword },
    });
    const { id } = await startEnvironment(home, "orphan");
    await environments().claim("orphan", "test", claimed);
    await environments().setEnvironment(changeOf("orphan", id), log);
    await server.as("postgres", (session) => session.query("drop database short_lived with (force)"));
    const hasty = environments({ healthTimeoutMs: 3_000 });
    assert.deepEqual(await hasty.sweepClaims("other", log), []);
    assert.deepEqual(await hasty.sweepClaims("test", log), ["orphan"]);
    assert.deepEqual(await rawSettings("orphan"), { ...settings, RDS_PASSWORD: oldPassword });
    assert.match(shown.join("\n"), /not healthy: There is no database short_lived/);
    assert.equal((await hasty.readEnvironment("orphan")).health, "Degraded");

    await removeEnvironment(home, "orphan");
    assert.deepEqual(await hasty.putBack("orphan", "test", log), []);
    await hasty.releaseClaim("orphan", "test");
  });

  it("never end a process that only has the number of theirs", async () => {
    const { id } = await make("recycled");
    const opened = await store("recycled");
    const [application] = await applications(id);
    const bystander = spawn("sleep", ["60"]);
    await once(bystander, "spawn");
    const recorded = await opened.readProcess();
    assert.ok(recorded && bystander.pid);
    await opened.writeProcess({ ...recorded, pid: bystander.pid });
    assert.equal((await environments().readEnvironment("recycled")).status, "Stopped");
    await stopEnvironment(home, "recycled");
    assert.ok(await identityOf(bystander.pid), "the bystander lives");
    assert.equal(
      await identityOf(application?.pid ?? 0),
      undefined,
      "the application, found by its arguments, is gone",
    );
    bystander.kill();
    await removeEnvironment(home, "recycled");
  });

  it("say who has their port", async () => {
    const squatter = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as net.AddressInfo;
    await createEnvironment(home, { name: "squatted", port, settings: oldSettings() });
    await assert.rejects(startEnvironment(home, "squatted"), /another program listens there/);
    squatter.close();
    await removeEnvironment(home, "squatted");
  });

  it("are locked by one caller at a time, and by no caller that was killed", async () => {
    await createEnvironment(home, { name: "locked", settings: {} });
    const { folder } = await store("locked");
    const holder = child(
      home,
      `lock.withLock(${JSON.stringify(folder)}, "holding it", 1000, () => new Promise((resolve) => setTimeout(resolve, 60000)))`,
    );
    await until(
      async () => (await environments().readEnvironment("locked")).status === "Updating",
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

  /** What the caller of an update has done when it is killed. */
  const moments: { name: string; reached: (store: EnvironmentStore, oldPid?: number) => Promise<boolean> }[] =
    [
      {
        name: "recorded in the claim what it will set",
        reached: async (opened) => Object.keys((await opened.readClaim())?.set ?? {}).length > 0,
      },
      {
        name: "written the settings",
        reached: async (opened) => (await opened.readSettings()).updating !== undefined,
      },
      {
        name: "stopped the application",
        reached: async (opened) => (await opened.readProcess()) === undefined,
      },
      {
        name: "started the application anew",
        reached: async (opened, oldPid) => {
          const pid = (await opened.readProcess())?.pid;
          return pid !== undefined && pid !== oldPid;
        },
      },
      {
        name: "started an application that it has not recorded",
        reached: async (opened, oldPid) =>
          (await applications(opened.identity.id)).some(({ pid }) => pid !== oldPid),
      },
    ];

  async function fill(
    session: { query: (text: string) => Promise<unknown> },
    owner: string,
    members: number,
  ) {
    await session.query(`create table club (id int primary key, name text not null);
      create table member (id int primary key, kind text not null default 'person', membership_number text not null,
        first_name text not null, last_name text not null, email text not null, home_club_id int);
      insert into club values (1, 'Riverbend Chess Club');
      insert into member select i, 'person', 'FC00000' || i, 'Ada', 'Quill', 'm' || i || '@test.example', 1 from generate_series(1, ${members}) i;
      alter table club owner to ${owner}; alter table member owner to ${owner}`);
  }
});

/** Runs one expression in a process of its own, with `environments` and `lock` at hand. */
function child(
  home: LocalHome,
  expression: string,
  healthTimeoutMs = 30_000,
): { process: ChildProcess; done: Promise<{ code: number | null; output: string }> } {
  const folder = path.join(__dirname, "..", "..", "platforms", "local");
  const script = `
    const { localHome } = require(${JSON.stringify(path.join(folder, "home.ts"))});
    const { localSecrets } = require(${JSON.stringify(path.join(folder, "secrets.ts"))});
    const { localEnvironments } = require(${JSON.stringify(path.join(folder, "environment.ts"))});
    const lock = require(${JSON.stringify(path.join(folder, "lock.ts"))});
    const home = localHome({ PRODCOPY_HOME: ${JSON.stringify(home.root)} });
    const production = async () => [];
    const environments = localEnvironments(home, { secrets: localSecrets(home), production, healthTimeoutMs: ${healthTimeoutMs} });
    (${expression}).catch((error) => { console.error(error.message); process.exitCode = 1; });`;
  const started = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), "-e", script]);
  let output = "";
  started.stderr.on("data", (part: Buffer) => (output += part.toString()));
  const done = once(started, "close").then(([code]) => ({ code: code as number | null, output }));
  return { process: started, done };
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) assert.fail(`waited 30 s for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
