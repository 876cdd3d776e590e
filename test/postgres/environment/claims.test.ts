import assert from "node:assert/strict";
import {
  createEnvironment,
  removeEnvironment,
  startEnvironment,
  stopEnvironment,
} from "../../../platforms/local/environment";
import { refuseProduction } from "../../../platforms/refuseProduction";
import {
  claimed,
  fillFederation,
  inProcessOfItsOwn,
  oldPassword,
  planted,
  useEnvironments,
} from "../../support/environments";

/** What an environment refuses before anything is changed. Not proven here: updates (update.test.ts), kills (processes.test.ts). */
describe("claims on environments", function () {
  this.timeout(90_000);
  const env = useEnvironments();

  it("refuse production by name, by address and by alias", async () => {
    const state = await env.make("live-Prod");
    await assert.rejects(env.environments().claim("live-Prod", "test", claimed), /its name says production/);
    await removeEnvironment(env.home, "live-Prod");
    assert.deepEqual(await env.applications(state.id), []);

    await env.make("points");
    const production = [{ name: "production", host: "localhost", port: env.server.handle.port }];
    const guarded = env.environments({ production: () => Promise.resolve(production) });
    await assert.rejects(
      guarded.claim("points", "test", claimed),
      /RDS_HOSTNAME points at .* the production server "production".*Nothing was changed/s,
    );
    assert.equal((await guarded.readEnvironment("points")).claimedBy, undefined);
    const { id } = (await env.environments().claim("points", "test", claimed)).value;
    await assert.rejects(guarded.setEnvironment(env.changeOf("points", id), env.log), /production server/);
    assert.deepEqual(await env.rawSettings("points"), env.settingsBefore());
    await env.environments().sweepClaims("test", env.log);
    await removeEnvironment(env.home, "points");

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
      const settings = { RDS_HOSTNAME: host, RDS_PORT: `0${env.server.handle.port}` };
      await assert.rejects(refuseProduction("It", settings, production), /points at/, host);
    }
    const url = { DATABASE_URL: `postgresql://u:Pl4nted@[::1]:${env.server.handle.port}/x` };
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
        createEnvironment(env.home, { name: "bad", settings: refused as never }),
        (error: Error) => {
          assert.match(error.message, /is refused: .* Nothing was changed/);
          return !planted.test(error.message);
        },
      );
    }
    for (const name of ["../x", "", ".x", "a/b", "x".repeat(41)]) {
      await assert.rejects(createEnvironment(env.home, { name, settings: {} }), /cannot name an environment/);
    }
    await assert.rejects(
      env.environments().claim("nowhere", "test", claimed),
      /There is no environment "nowhere"/,
    );
  });

  it("are won by exactly one of several stacks at once", async () => {
    await env.make("contested");
    const stacks = ["a", "b", "c"];
    const ended = await Promise.all(
      stacks.map(
        (stack) =>
          inProcessOfItsOwn(
            env.home,
            `environments.claim("contested", "${stack}", ${JSON.stringify(claimed)})`,
          ).done,
      ),
    );
    const winners = stacks.filter((_, index) => ended[index]?.code === 0);
    assert.equal(winners.length, 1, JSON.stringify(ended));
    const losers = ended.filter(({ code }) => code !== 0);
    for (const { output } of losers) {
      assert.match(output, new RegExp(`claimed by stack "${winners[0]}".*pulumi destroy`, "s"));
    }
    assert.equal((await env.environments().readEnvironment("contested")).claimedBy, winners[0]);
    const { id } = (await env.store("contested")).identity;
    await assert.rejects(
      env.environments().setEnvironment(env.changeOf("contested", id, "d"), env.log),
      /claimed by stack/,
    );
    await env.environments().releaseClaim("contested", "d");
    await env.environments().putBack("contested", "d", env.log);
    assert.equal((await env.environments().readEnvironment("contested")).claimedBy, winners[0]);
    await env.environments().releaseClaim("contested", winners[0] ?? "");
    await removeEnvironment(env.home, "contested");
  });

  it("wait for a stopped environment for a bounded time, then say how to start it", async () => {
    await env.make("stopped");
    await stopEnvironment(env.home, "stopped");
    const impatient = env.environments({ readyTimeoutMs: 100 });
    await assert.rejects(impatient.claim("stopped", "test", claimed), /is Stopped.*`npm start` starts it/);
    await removeEnvironment(env.home, "stopped");
  });

  it("that are given up put back values whose database is gone, and say that health is not proven", async () => {
    await env.server.createDatabase("short_lived");
    await env.server.as("short_lived", (session) => fillFederation(session, "old_app", 1));
    const settings = { ...env.oldSettings(), RDS_DB_NAME: "short_lived" };
    await createEnvironment(env.home, {
      name: "orphan",
      settings,
      secretSettings: { RDS_PASSWORD: oldPassword },
    });
    const { id } = await startEnvironment(env.home, "orphan");
    await env.environments().claim("orphan", "test", claimed);
    await env.environments().setEnvironment(env.changeOf("orphan", id), env.log);
    await env.server.as("postgres", (session) => session.query("drop database short_lived with (force)"));
    const hasty = env.environments({ healthTimeoutMs: 3_000 });
    assert.deepEqual(await hasty.sweepClaims("other", env.log), []);
    assert.deepEqual(await hasty.sweepClaims("test", env.log), ["orphan"]);
    assert.deepEqual(await env.rawSettings("orphan"), { ...settings, RDS_PASSWORD: oldPassword });
    assert.match(env.shown.join("\n"), /not healthy: There is no database short_lived/);
    assert.equal((await hasty.readEnvironment("orphan")).health, "Degraded");

    await removeEnvironment(env.home, "orphan");
    assert.deepEqual(await hasty.putBack("orphan", "test", env.log), []);
    await hasty.releaseClaim("orphan", "test");
  });
});
