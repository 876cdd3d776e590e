import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { createEnvironment, startEnvironment, stopEnvironment } from "../../platforms/local/environment";
import type { LocalHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import { ensureSample, sampleLogins, sampleServer, sampleTestSettings } from "../../platforms/local/sample";
import type { ServerHandle } from "../../platforms/local/server";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { folderDigest } from "../../pipeline/digest";
import type { HandoverData } from "../../pipeline/handover";
import { create, update } from "../../pipeline/runner";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { lookAtProduction, type Untouched } from "./impostor";
import { makeScratchHome, removeScratchHome } from "./servers";

export type Bag = Record<string, unknown>;

const stages = ["rotate", "isolate", "verify", "sanitise", "migrate", "migrate by command", "open", "switch"];

/** What every stage of this stack is called with. */
export const common = {
  revision: 1,
  platform: "local",
  stack: "scratch",
  source: "production",
  environment: "test",
  generation: "g1",
};

/** A production, a rotated copy of it, a claimed environment: all that a forger needs to point a stage at production. */
export class ProductionAsTarget {
  /** What each stage wants besides the hand-over. */
  readonly more: Record<string, Bag>;

  private constructor(
    readonly home: LocalHome,
    readonly production: ServerHandle,
    /** The hand-over of the copy's restore, before anybody forges it. */
    readonly from: HandoverData,
    readonly untouched: Untouched,
    rulesDigest: string,
    environmentId: unknown,
  ) {
    this.more = {
      sanitise: { rules: "rules/sample.yaml", rulesDigest },
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
      switch: { environmentId, applicationUser: "federation_app", alsoSet: ["port", "user"] },
    };
  }

  static async make(): Promise<ProductionAsTarget> {
    const home = await makeScratchHome();
    process.env.PRODCOPY_HOME = home.root;
    try {
      return await ProductionAsTarget.below(home);
    } catch (error) {
      await removeScratchHome(home);
      throw error;
    }
  }

  private static async below(home: LocalHome): Promise<ProductionAsTarget> {
    await ensureSample(home, { members: 20 }, () => undefined);
    const { id } = await takeAutomaticSnapshot(home, "production", () => undefined);
    await createEnvironment(home, { name: "test", ...(await sampleTestSettings(home)) });
    await startEnvironment(home, "test");
    const about = { snapshotId: id, rulesDigest: "d1", owner: "team", keepFor: "7d" };
    const restored = await create({ ...common, stage: "restore", ...about });
    const from = restored.outs["handover"] as HandoverData;
    await create({ ...common, stage: "rotate", from });
    const { outs } = await create({ ...common, stage: "claim", copyResource: from.resourceId });
    return new ProductionAsTarget(
      home,
      await sampleServer(home, "production"),
      from,
      await lookAtProduction(home),
      (await loadRules("rules/sample.yaml")).digest,
      outs["environmentId"],
    );
  }

  async remove(): Promise<void> {
    await stopEnvironment(this.home, "test");
    await removeScratchHome(this.home);
    delete process.env.PRODCOPY_HOME;
  }

  /** Every stage is called with this hand-over and must refuse it; production is looked at after each. */
  async everyStageRefuses(forged: HandoverData, why: RegExp, called = stages): Promise<void> {
    const settings = await this.settingsOfTest();
    for (const stage of called) {
      const inputs = { ...common, stage: stage.split(" ")[0], from: forged, ...this.more[stage] };
      const calls: (() => Promise<unknown>)[] = [() => create(inputs)];
      if (["migrate", "switch"].includes(stage)) calls.push(() => update(inputs, inputs));
      for (const call of calls) {
        assert.match(await refusalOf(stage, call()), why, stage);
        await this.assertUntouched(stage);
      }
    }
    assert.equal(
      fs.existsSync(path.join(this.home.root, "was-run")),
      false,
      "the migrations' command was run",
    );
    assert.deepEqual(await this.settingsOfTest(), settings);
  }

  async assertUntouched(by: string): Promise<void> {
    assert.deepEqual(await lookAtProduction(this.home), this.untouched, by);
  }

  /** The hand-over names production's address, its administrator and the secret that holds its password. */
  pointedAt(host: string, port = this.production.port): HandoverData {
    return { ...this.from, host, port, adminSecretRef: sampleLogins.productionAdmin.ref };
  }

  /**
   * The platform's own record agrees with the hand-over, and the copy's secret holds production's password: nothing is left
   * but the guard, which looks at the connection itself.
   */
  async guardRefuses(host: string, port: number): Promise<void> {
    const forged = { ...this.from, host, port };
    const guarded = stages.filter((stage) => !["rotate", "switch"].includes(stage));
    await this.everyStageRefuses(forged, /refused: this connection leads to production/, guarded);
    // Its first step goes by the socket, where nobody listens under production's port.
    await this.everyStageRefuses(forged, /refused|connecting to .*run:/, ["rotate"]);
    if (port === this.production.port) {
      await this.everyStageRefuses(forged, /is the production server "production"/, ["switch"]);
    }
  }

  /** The copy's own secret holds production's password, so that production itself would let the stage in. */
  async whileSecretOpensProduction(use: () => Promise<void>): Promise<void> {
    const file = path.join(this.home.secrets, `${this.from.adminSecretRef.replace("/", "~")}.json`);
    const theirs = fs.readFileSync(path.join(this.home.secrets, "sample~production-admin.json"), "utf8");
    const { value } = JSON.parse(theirs) as { value: Bag };
    await whileRecordSays(file, { value }, use);
  }

  /** The platform's record of the copy's server says this. */
  async whileLabelSays(change: Bag, use: () => Promise<void>): Promise<void> {
    await whileRecordSays(path.join(this.home.copies, this.from.copyId, "server.json"), change, use);
  }

  private async settingsOfTest(): Promise<Bag> {
    return (await localPlatform(this.home).readEnvironment("test")).settings;
  }
}

async function whileRecordSays(file: string, change: Bag, use: () => Promise<void>): Promise<void> {
  const kept = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(kept) as Bag), ...change }));
  try {
    await use();
  } finally {
    fs.writeFileSync(file, kept);
  }
}

/** What the call was refused with. @throws when it was not. */
export async function refusalOf(what: string, call: Promise<unknown>): Promise<string> {
  return call.then(
    () => assert.fail(`${what} was not refused`),
    (error: Error) => error.message,
  );
}
