import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { createEnvironment } from "../../platforms/local/environment";
import { localPlatform } from "../../platforms/local/platform";
import { sampleTestSettings } from "../../platforms/local/sample";
import { stopServer } from "../../platforms/local/server";
import { create, remove, update } from "../../pipeline/runner";
import { forward } from "../support/impostor";
import { common, ProductionAsTarget, refusalOf, type Bag } from "../support/productionAsTarget";

/**
 * Production given as the target to every stage in turn, by every way that a forged hand-over, label, folder or environment
 * opens. Each is refused, and production is afterwards as it was: roles and verifiers, settings, rows, files, secrets, its
 * process. Not proven here: a forger who replaces the programs, or mounts production's folder somewhere else.
 */
describe("production as the target", function () {
  this.timeout(120_000);
  let target: ProductionAsTarget;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    target = await ProductionAsTarget.make();
  });
  after(async () => {
    for (const end of ends) await end();
    await target?.remove();
  });

  for (const host of ["127.0.0.1", "localhost", "127.0.0.2", "::1", "0.0.0.0"]) {
    it(`is refused behind ${host}, by every stage`, async () => {
      // Where production itself does not listen, something else leads there: the refusal must not be luck.
      const way = await forward(host, target.production.port, target.production.port);
      if (way !== undefined) ends.push(way.end);
      await target.everyStageRefuses(target.pointedAt(host), /Refused: the hand-over/);
      await target.whileLabelSays({ host, port: target.production.port }, () =>
        target.whileSecretOpensProduction(() => target.guardRefuses(host, target.production.port)),
      );
      await way?.end();
    });
  }

  it("is refused behind a tunnel on another port, by every stage", async () => {
    const way = await forward("127.0.0.1", 0, target.production.port);
    assert.ok(way);
    ends.push(way.end);
    await target.everyStageRefuses(target.pointedAt("127.0.0.1", way.port), /Refused: the hand-over/);
    await target.whileLabelSays({ port: way.port }, () =>
      target.whileSecretOpensProduction(() => target.guardRefuses("127.0.0.1", way.port)),
    );
  });

  it("is refused when the hand-over calls another server its production", async () => {
    const forged = { ...target.pointedAt("127.0.0.1"), source: "publisher" };
    await target.everyStageRefuses(forged, /refused|Refused/);
  });

  it("is refused as the copy's id, by whatever name", async () => {
    for (const copyId of [
      "production",
      "../servers/production",
      path.join(target.home.servers, "production"),
    ]) {
      await target.everyStageRefuses(
        { ...target.pointedAt("127.0.0.1"), copyId },
        /is gone|cannot name a copy/,
      );
    }
  });

  describe("behind a forged folder", () => {
    const dirOf = () => path.join(target.home.copies, target.from.copyId);
    const forgeries: Record<string, () => void> = {
      "a server.json that is production's": () => {
        fs.copyFileSync(path.join(target.production.dir, "server.json"), path.join(dirOf(), "server.json"));
      },
      "a server.json with production's data folder, port and socket": () => {
        rewrite("server.json", {
          dataDirectory: target.production.dataDirectory,
          port: target.production.port,
        });
        rewrite("server.json", { socketDirectory: target.production.socketDirectory });
        rewrite("server.json", { clusterName: recordOfProduction()["clusterName"] });
      },
      "a server.json with production's port and socket": () => {
        rewrite("server.json", {
          socketDirectory: target.production.socketDirectory,
          port: target.production.port,
        });
      },
      "a copy.json with production's identity, too": () => {
        fs.copyFileSync(path.join(target.production.dir, "server.json"), path.join(dirOf(), "server.json"));
        rewrite("copy.json", { resourceId: target.production.resourceId });
      },
      "a data folder that is a link to production's": () => {
        fs.renameSync(path.join(dirOf(), "data"), path.join(target.home.root, "data-aside"));
        fs.symlinkSync(target.production.dataDirectory, path.join(dirOf(), "data"));
      },
      "a folder that is a link to production's": () => {
        const label = fs.readFileSync(path.join(dirOf(), "copy.json"));
        fs.renameSync(dirOf(), path.join(target.home.root, "copy-aside"));
        fs.symlinkSync(target.production.dir, dirOf());
        fs.writeFileSync(path.join(dirOf(), "copy.json"), label);
      },
    };

    for (const [name, forge] of Object.entries(forgeries)) {
      it(`is refused behind ${name}, by every stage and by destroy`, async () => {
        const kept = ["server.json", "copy.json"].map((file) => {
          const place = path.join(dirOf(), file);
          return [place, fs.readFileSync(place)] as const;
        });
        await stopServer(dirOf());
        forge();
        try {
          const label = fs.readFileSync(path.join(dirOf(), "copy.json"), "utf8");
          const { resourceId } = JSON.parse(label) as { resourceId: string };
          const { port } = target.production;
          const why = /refused|is production's own server|has the port|connecting to .*run:/i;
          await target.whileSecretOpensProduction(() =>
            target.everyStageRefuses({ ...target.from, resourceId, port }, why),
          );
          if (!name.includes("link")) return;
          // Destroy goes by the folder's name alone, so that only a link could lead it astray.
          for (const gone of [() => remove({ ...common, stage: "restore", handover: target.from }), sweep]) {
            assert.match(await refusalOf("destroy", gone()), /is a link/);
            await target.assertUntouched("destroy");
          }
        } finally {
          restoreFolder(kept);
        }
      });
    }

    const sweep = () => localPlatform(target.home).sweep("scratch", () => undefined);

    function recordOfProduction(): Bag {
      return JSON.parse(fs.readFileSync(path.join(target.production.dir, "server.json"), "utf8")) as Bag;
    }

    function rewrite(file: string, change: Bag): void {
      const place = path.join(dirOf(), file);
      const record = JSON.parse(fs.readFileSync(place, "utf8")) as Bag;
      fs.writeFileSync(place, JSON.stringify({ ...record, ...change }));
    }

    function restoreFolder(kept: (readonly [string, Buffer])[]): void {
      const folder = path.join(target.home.root, "copy-aside");
      if (fs.existsSync(folder)) {
        fs.rmSync(path.join(target.production.dir, "copy.json"), { force: true });
        fs.rmSync(dirOf());
        fs.renameSync(folder, dirOf());
      }
      const data = path.join(target.home.root, "data-aside");
      if (fs.existsSync(data)) {
        fs.rmSync(path.join(dirOf(), "data"), { force: true });
        fs.renameSync(data, path.join(dirOf(), "data"));
      }
      for (const [place, content] of kept) fs.writeFileSync(place, content);
    }
  });

  describe("as the environment", () => {
    const names = {
      "production-site": {},
      "the-site": { RDS_HOSTNAME: "localhost", RDS_PORT: "production" },
    };

    for (const [name, pointing] of Object.entries(names)) {
      it(`is refused by claim and switch: ${name}, also with a claim that somebody put there`, async () => {
        const { settings, secretSettings } = await sampleTestSettings(target.home);
        const port = "RDS_PORT" in pointing ? { RDS_PORT: String(target.production.port) } : {};
        const all = { ...settings, ...pointing, ...port };
        const { id } = await createEnvironment(target.home, { name, settings: all, secretSettings });
        const folder = path.join(target.home.environments, name);
        const before = fs.readFileSync(path.join(folder, "settings.json"), "utf8");
        const why =
          name === "production-site" ? /its name says production/ : /is the production server "production"/;
        const claim = { ...common, environment: name, stage: "claim", copyResource: target.from.resourceId };
        assert.match(await refusalOf("claim", create(claim)), why);
        assert.equal(fs.existsSync(path.join(folder, "claim.json")), false);

        // As a claim of the stack on a test environment looks like.
        await create({ ...common, stage: "claim", copyResource: target.from.resourceId });
        const ours = fs.readFileSync(path.join(target.home.environments, "test", "claim.json"), "utf8");
        const forged = { ...(JSON.parse(ours) as Bag), environmentId: id };
        fs.writeFileSync(path.join(folder, "claim.json"), JSON.stringify(forged));
        const moved = {
          ...common,
          ...target.more["switch"],
          environment: name,
          environmentId: id,
          stage: "switch",
          from: target.from,
        };
        assert.match(await refusalOf("claim", create(claim)), why);
        assert.match(await refusalOf("switch", create(moved)), why);
        assert.match(await refusalOf("switch", update(moved, moved)), why);
        assert.equal(fs.readFileSync(path.join(folder, "settings.json"), "utf8"), before);
        fs.rmSync(path.join(folder, "claim.json"));
        await target.assertUntouched("claim and switch");
      });
    }
  });
});
