import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { createEnvironment, startEnvironment, stopEnvironment } from "../../platforms/local/environment";
import type { LocalHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import { ensureSample, sampleLogins, sampleServer, sampleTestSettings } from "../../platforms/local/sample";
import type { ServerHandle } from "../../platforms/local/server";
import { stopServer } from "../../platforms/local/server";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { folderDigest } from "../../pipeline/digest";
import type { HandoverData } from "../../pipeline/handover";
import { create, remove, update } from "../../pipeline/runner";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { forward, lookAtProduction, type Untouched } from "../support/impostor";
import { makeScratchHome, removeScratchHome } from "../support/servers";

type Bag = Record<string, unknown>;

/**
 * Production given as the target to every stage in turn, by every way that a forged hand-over, label, folder or environment
 * opens. Each is refused, and production is afterwards as it was: roles and verifiers, settings, rows, files, secrets, its
 * process. Not proven here: a forger who replaces the programs, or mounts production's folder somewhere else.
 */
describe("production as the target", function () {
  this.timeout(120_000);
  let home: LocalHome;
  let production: ServerHandle;
  let untouched: Untouched;
  let from: HandoverData;
  let more: Record<string, Bag>;
  const ends: (() => Promise<void>)[] = [];
  const common = {
    revision: 1,
    platform: "local",
    stack: "scratch",
    source: "production",
    environment: "test",
    generation: "g1",
  };
  const stages = [
    "rotate",
    "isolate",
    "verify",
    "sanitise",
    "migrate",
    "migrate by command",
    "open",
    "switch",
  ];

  before(async function () {
    home = await makeScratchHome();
    process.env.PRODCOPY_HOME = home.root;
    await ensureSample(home, { members: 20 }, () => undefined);
    production = await sampleServer(home, "production");
    const { id } = await takeAutomaticSnapshot(home, "production", () => undefined);
    await createEnvironment(home, { name: "test", ...(await sampleTestSettings(home)) });
    await startEnvironment(home, "test");
    const restored = await create({
      ...common,
      stage: "restore",
      snapshotId: id,
      rulesDigest: "d1",
      owner: "team",
      keepFor: "7d",
    });
    from = restored.outs["handover"] as HandoverData;
    await create({ ...common, stage: "rotate", from });
    const { outs } = await create({ ...common, stage: "claim", copyResource: from.resourceId });
    more = {
      sanitise: { rules: "rules/sample.yaml", rulesDigest: (await loadRules("rules/sample.yaml")).digest },
      migrate: {
        folder: "migrations/sample",
        command: [],
        digest: folderDigest("migrations/sample"),
        applicationUser: "federation_app",
      },
      "migrate by command": {
        folder: "",
        command: ["touch", path.join(home.root, "was-run")],
        digest: "",
        applicationUser: "federation_app",
      },
      open: { applicationUser: "federation_app" },
      switch: {
        environmentId: outs["environmentId"],
        applicationUser: "federation_app",
        alsoSet: ["port", "user"],
      },
    };
    untouched = await lookAtProduction(home);
  });

  after(async () => {
    for (const end of ends) await end();
    await stopEnvironment(home, "test");
    await removeScratchHome(home);
    delete process.env.PRODCOPY_HOME;
  });

  /** Every stage is called with this hand-over and must refuse it; production is looked at after each. */
  async function everyStageRefuses(forged: HandoverData, why: RegExp, called = stages): Promise<void> {
    const settings = await settingsOfTest();
    for (const stage of called) {
      const inputs = { ...common, stage: stage.split(" ")[0], from: forged, ...more[stage] };
      for (const call of [() => create(inputs), () => update(inputs, inputs)]) {
        if (call.toString().includes("update") && !["migrate", "switch"].includes(stage)) continue;
        const message = await refusalOf(stage, call());
        assert.match(message, why, stage);
        assert.deepEqual(await lookAtProduction(home), untouched, stage);
      }
    }
    assert.equal(fs.existsSync(path.join(home.root, "was-run")), false, "the migrations' command was run");
    assert.deepEqual(await settingsOfTest(), settings);
  }

  /** The hand-over names production's address, its administrator and the secret that holds its password. */
  function pointedAt(host: string, port = production.port): HandoverData {
    return { ...from, host, port, adminSecretRef: sampleLogins.productionAdmin.ref };
  }

  const settingsOfTest = async () => (await localPlatform(home).readEnvironment("test")).settings;

  for (const host of ["127.0.0.1", "localhost", "127.0.0.2", "::1", "0.0.0.0"]) {
    it(`is refused behind ${host}, by every stage`, async () => {
      // Where production itself does not listen, something else leads there: the refusal must not be luck.
      const way = await forward(host, production.port, production.port);
      if (way !== undefined) ends.push(way.end);
      await everyStageRefuses(pointedAt(host), /Refused: the hand-over/);
      await whileLabelSays({ host, port: production.port }, () =>
        whileSecretOpensProduction(() => guardRefuses(host, production.port)),
      );
      await way?.end();
    });
  }

  it("is refused behind a tunnel on another port, by every stage", async () => {
    const way = await forward("127.0.0.1", 0, production.port);
    assert.ok(way);
    ends.push(way.end);
    await everyStageRefuses(pointedAt("127.0.0.1", way.port), /Refused: the hand-over/);
    await whileLabelSays({ port: way.port }, () =>
      whileSecretOpensProduction(() => guardRefuses("127.0.0.1", way.port)),
    );
  });

  /**
   * The platform's own record agrees with the hand-over, and the copy's secret holds production's password: nothing is left
   * but the guard, which looks at the connection itself.
   */
  async function guardRefuses(host: string, port: number): Promise<void> {
    const guarded = stages.filter((stage) => !["rotate", "switch"].includes(stage));
    await everyStageRefuses({ ...from, host, port }, /refused: this connection leads to production/, guarded);
    // Its first step goes by the socket, where nobody listens under production's port.
    await everyStageRefuses({ ...from, host, port }, /refused|connecting to .*run:/, ["rotate"]);
    if (port === production.port) {
      await everyStageRefuses({ ...from, host, port }, /is the production server "production"/, ["switch"]);
    }
  }

  /** The copy's own secret holds production's password, so that production itself would let the stage in. */
  async function whileSecretOpensProduction(use: () => Promise<void>): Promise<void> {
    const file = path.join(home.secrets, `${from.adminSecretRef.replace("/", "~")}.json`);
    const kept = fs.readFileSync(file, "utf8");
    const { value } = JSON.parse(
      fs.readFileSync(path.join(home.secrets, "sample~production-admin.json"), "utf8"),
    ) as { value: Bag };
    fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(kept) as Bag), value }));
    try {
      await use();
    } finally {
      fs.writeFileSync(file, kept);
    }
  }

  async function whileLabelSays(change: Bag, use: () => Promise<void>): Promise<void> {
    const file = path.join(home.copies, from.copyId, "server.json");
    const kept = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(kept) as Bag), ...change }));
    try {
      await use();
    } finally {
      fs.writeFileSync(file, kept);
    }
  }

  it("is refused when the hand-over calls another server its production", async () => {
    const forged = { ...pointedAt("127.0.0.1"), source: "publisher" };
    await everyStageRefuses(forged, refused);
  });

  it("is refused as the copy's id, by whatever name", async () => {
    for (const copyId of ["production", "../servers/production", path.join(home.servers, "production")]) {
      await everyStageRefuses({ ...pointedAt("127.0.0.1"), copyId }, /is gone|cannot name a copy/);
    }
  });

  describe("behind a forged folder", () => {
    const dirOf = () => path.join(home.copies, from.copyId);
    const forgeries: Record<string, () => void> = {
      "a server.json that is production's": () => {
        fs.copyFileSync(path.join(production.dir, "server.json"), path.join(dirOf(), "server.json"));
      },
      "a server.json with production's data folder, port and socket": () => {
        rewrite("server.json", { dataDirectory: production.dataDirectory, port: production.port });
        rewrite("server.json", { socketDirectory: production.socketDirectory });
        rewrite("server.json", { clusterName: recordOfProduction()["clusterName"] });
      },
      "a server.json with production's port and socket": () => {
        rewrite("server.json", { socketDirectory: production.socketDirectory, port: production.port });
      },
      "a copy.json with production's identity, too": () => {
        fs.copyFileSync(path.join(production.dir, "server.json"), path.join(dirOf(), "server.json"));
        rewrite("copy.json", { resourceId: production.resourceId });
      },
      "a data folder that is a link to production's": () => {
        fs.renameSync(path.join(dirOf(), "data"), path.join(home.root, "data-aside"));
        fs.symlinkSync(production.dataDirectory, path.join(dirOf(), "data"));
      },
      "a folder that is a link to production's": () => {
        const label = fs.readFileSync(path.join(dirOf(), "copy.json"));
        fs.renameSync(dirOf(), path.join(home.root, "copy-aside"));
        fs.symlinkSync(production.dir, dirOf());
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
          const { port } = production;
          const why = /refused|is production's own server|has the port|connecting to .*run:/i;
          await whileSecretOpensProduction(() => everyStageRefuses({ ...from, resourceId, port }, why));
          if (!name.includes("link")) return;
          // Destroy goes by the folder's name alone, so that only a link could lead it astray.
          for (const gone of [() => remove({ ...common, stage: "restore", handover: from }), sweep]) {
            assert.match(await refusalOf("destroy", gone()), /is a link/);
            assert.deepEqual(await lookAtProduction(home), untouched, "destroy");
          }
        } finally {
          restoreFolder(kept);
        }
      });
    }

    const sweep = () => localPlatform(home).sweep("scratch", () => undefined);

    function recordOfProduction(): Bag {
      return JSON.parse(fs.readFileSync(path.join(production.dir, "server.json"), "utf8")) as Bag;
    }

    function rewrite(file: string, change: Bag): void {
      const place = path.join(dirOf(), file);
      const record = JSON.parse(fs.readFileSync(place, "utf8")) as Bag;
      fs.writeFileSync(place, JSON.stringify({ ...record, ...change }));
    }

    function restoreFolder(kept: (readonly [string, Buffer])[]): void {
      const folder = path.join(home.root, "copy-aside");
      if (fs.existsSync(folder)) {
        fs.rmSync(path.join(production.dir, "copy.json"), { force: true });
        fs.rmSync(dirOf());
        fs.renameSync(folder, dirOf());
      }
      const data = path.join(home.root, "data-aside");
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
        const { settings, secretSettings } = await sampleTestSettings(home);
        const port = "RDS_PORT" in pointing ? { RDS_PORT: String(production.port) } : {};
        const all = { ...settings, ...pointing, ...port };
        const { id } = await createEnvironment(home, { name, settings: all, secretSettings });
        const folder = path.join(home.environments, name);
        const before = fs.readFileSync(path.join(folder, "settings.json"), "utf8");
        const why =
          name === "production-site" ? /its name says production/ : /is the production server "production"/;
        const claim = { ...common, environment: name, stage: "claim", copyResource: from.resourceId };
        assert.match(await refusalOf("claim", create(claim)), why);
        assert.equal(fs.existsSync(path.join(folder, "claim.json")), false);

        // As a claim of the stack on a test environment looks like.
        await create({ ...common, stage: "claim", copyResource: from.resourceId });
        const ours = fs.readFileSync(path.join(home.environments, "test", "claim.json"), "utf8");
        const forged = { ...(JSON.parse(ours) as Bag), environmentId: id };
        fs.writeFileSync(path.join(folder, "claim.json"), JSON.stringify(forged));
        const moved = {
          ...common,
          ...more["switch"],
          environment: name,
          environmentId: id,
          stage: "switch",
          from,
        };
        assert.match(await refusalOf("claim", create(claim)), why);
        assert.match(await refusalOf("switch", create(moved)), why);
        assert.match(await refusalOf("switch", update(moved, moved)), why);
        assert.equal(fs.readFileSync(path.join(folder, "settings.json"), "utf8"), before);
        fs.rmSync(path.join(folder, "claim.json"));
        assert.deepEqual(await lookAtProduction(home), untouched);
      });
    }
  });
});

const refused = /refused|Refused/;

async function refusalOf(what: string, call: Promise<unknown>): Promise<string> {
  return call.then(
    () => assert.fail(`${what} was not refused`),
    (error: Error) => error.message,
  );
}
