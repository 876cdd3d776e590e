import assert from "node:assert/strict";
import type { StageContext, StageOutcome } from "../../pipeline/context";
import { folderDigest } from "../../pipeline/digest";
import type { HandoverData } from "../../pipeline/handover";
import { claim } from "../../pipeline/stages/claim";
import { isolate } from "../../pipeline/stages/isolate";
import { migrate } from "../../pipeline/stages/migrate";
import { open } from "../../pipeline/stages/open";
import { restore } from "../../pipeline/stages/restore";
import { rotate } from "../../pipeline/stages/rotate";
import { sanitise } from "../../pipeline/stages/sanitise";
import { snapshot } from "../../pipeline/stages/snapshot";
import { switchStage } from "../../pipeline/stages/switch";
import { verify } from "../../pipeline/stages/verify";
import { sampleNames } from "../../platforms/local/sample/names";
import type { Platform, SnapshotPin } from "../../platforms/platform";
import type { Proof } from "../../postgres/proof";
import { sanitiserRevision } from "../../postgres/sanitise/revision";
import { rulesDigestOf } from "../../postgres/sanitise/rules/load";
import { environmentName } from "./awsEnvironment";
import { production, type AwsProduction } from "./awsProduction";
import { queryInstance } from "./sandbox";

const rules = "rules/sample.yaml";
const folder = "migrations/sample";

/** The nine stages on the sample's production, one call each, every one taking what the one before it handed on. */
export class AwsStages {
  readonly rulesDigest = rulesDigestOf(rules);
  readonly lines: string[] = [];
  readonly proofs: Proof[] = [];
  readonly hidden: string[] = [];
  snapshotId = "";
  private handover: HandoverData | undefined;
  private readonly common = {
    stage: "",
    revision: 1,
    platform: "aws" as const,
    stack: "test",
    source: production,
    environment: environmentName,
    generation: "",
  };

  /** @param settings of the platform where they differ from `given().platform` */
  constructor(
    private readonly given: () => AwsProduction,
    private readonly platform: () => Platform = () => given().platform,
  ) {}

  get from(): HandoverData {
    if (this.handover === undefined) throw new Error("nothing was restored yet");
    return this.handover;
  }

  get generation(): string {
    return this.common.generation;
  }

  /** Of the last proof whose claim is so. */
  evidenceOf(claim: RegExp): string {
    return this.proofs.findLast((one) => claim.test(one.claim))?.evidence ?? "";
  }

  async snapshot(pin: SnapshotPin = "latest", safetySnapshot = true) {
    const inputs = {
      ...this.common,
      pin,
      refresh: "",
      safetySnapshot,
      rulesDigest: this.rulesDigest,
      sanitiserRevision,
      migrationsDigest: folderDigest(folder),
      owner: "platform-team",
      snapshotId: "",
      dataFrom: "",
      sizeBytes: 0,
      turn: 0,
    };
    const { inputs: pinned, failures } = await snapshot.check!({}, inputs, this.context());
    assert.deepEqual(failures, []);
    this.snapshotId = pinned.snapshotId;
    this.common.generation = pinned.generation;
    return this.keep(await snapshot.create(pinned, this.context()));
  }

  async restore() {
    const inputs = { snapshotId: this.snapshotId, rulesDigest: this.rulesDigest };
    const kept = { owner: "platform-team", keepFor: "7d" };
    return this.handOn(await restore.create({ ...this.common, ...inputs, ...kept }, this.context()));
  }

  async rotate(platform?: Platform) {
    return this.handOn(await rotate.create(this.inputs(), this.context(platform)));
  }

  async isolate() {
    return this.handOn(await isolate.create(this.inputs(), this.context()));
  }

  async verify(platform?: Platform) {
    return this.handOn(await verify.create(this.inputs(), this.context(platform)));
  }

  async sanitise() {
    const inputs = { ...this.inputs(), rules, rulesDigest: this.rulesDigest };
    return this.handOn(await sanitise.create(inputs, this.context()));
  }

  async migrate() {
    const inputs = { folder, command: [], digest: folderDigest(folder), applicationUser: sampleNames.app };
    return this.handOn(await migrate.create({ ...this.inputs(), ...inputs }, this.context()));
  }

  async open() {
    const inputs = { ...this.inputs(), applicationUser: sampleNames.app };
    return this.handOn(await open.create(inputs, this.context()));
  }

  async claimAndSwitch() {
    const claimed = await claim.create(
      { ...this.common, copyResource: this.from.resourceId },
      this.context(),
    );
    const { outs } = this.keep(claimed);
    const inputs = { environmentId: outs.environmentId, applicationUser: sampleNames.app };
    this.keep(
      await switchStage.create({ ...this.inputs(), ...inputs, alsoSet: ["port" as const] }, this.context()),
    );
  }

  /** Opens the copy, and sees that the application was let in by that, and the world not. */
  async openForTheApplicationAlone() {
    const { platform, settings } = this.given();
    const application = await addressOf(this.given(), "application", [settings.applicationGroup]);
    const stranger = { user: sampleNames.app, password: "whatever" };
    await assert.rejects(this.askCopy(stranger, application), /ECONNRESET|terminated|timeout/);
    await this.open();
    const { password = "" } = await platform.secrets.get(`${this.from.copyId}/application`);
    assert.deepEqual(await this.askCopy({ user: sampleNames.app, password }, application), [{ one: 1 }]);
    const world = await addressOf(this.given(), "world");
    await assert.rejects(this.askCopy(stranger, world), /ECONNRESET|terminated|timeout/);
    const { copyId } = this.from;
    assert.match(
      this.evidenceOf(/final settings/),
      new RegExp(`${copyId}-working in-sync, 1 days of backups`),
    );
  }

  /** Opens it again, which changes nothing. */
  async openAgain() {
    this.lines.length = 0;
    await this.open();
    assert.ok(!this.lines.some((line) => /changing|rebooting/.test(line)), this.lines.join("\n"));
  }

  /** What somebody is answered at the copy who connects from this address. */
  askCopy(login: { user: string; password: string }, address?: string) {
    return askServer(this.given(), this.from, login, address);
  }

  private context(platform = this.platform()): StageContext {
    return {
      platform,
      log: (line) => this.lines.push(line),
      hide: (secret) => this.hidden.push(secret),
    };
  }

  private inputs() {
    return { ...this.common, from: this.from };
  }

  private keep<O extends object>(outcome: StageOutcome<O>): StageOutcome<O> {
    this.proofs.push(...outcome.proofs);
    return outcome;
  }

  private handOn<O extends { handover: HandoverData }>(outcome: StageOutcome<O>): StageOutcome<O> {
    this.handover = outcome.outs.handover;
    return this.keep(outcome);
  }
}

/** What a login gets from the sample's database on a server, from this address: the runner's when none is given. */
export function askServer(
  { sandbox }: Pick<AwsProduction, "sandbox">,
  { host, port }: { host: string; port: number },
  login: { user: string; password: string },
  address?: string,
) {
  const from = address === undefined ? {} : { from: address };
  const endpoint = { Endpoint: { Address: host, Port: port } };
  const asked = { ...login, database: sampleNames.database, ...from };
  return queryInstance<{ one: number }>(sandbox, endpoint, asked, "select 1 as one");
}

/** The address of somebody whose machine is in these security groups. */
async function addressOf({ sandbox }: AwsProduction, name: string, groups: string[] = []): Promise<string> {
  return (await sandbox.control<{ address: string }>("callers", { name, groups })).address;
}
