import { EC2 } from "@aws-sdk/client-ec2";
import { RDS } from "@aws-sdk/client-rds";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { awsPlatform } from "../../platforms/aws/platform";
import { parseAwsSettings, type AwsSettings } from "../../platforms/aws/settings";
import type { Pace } from "../../platforms/aws/wait";
import type { Label, Platform } from "../../platforms/platform";
import type { Log } from "../../postgres/proof";
import { sampleNames } from "../../platforms/local/sample/names";
import { seedSample } from "../../scripts/sandbox/sample";
import type { Sandbox, SandboxOptions } from "../../scripts/sandbox/sandbox";
import { makeServer, shareSnapshot, type ServerKind } from "./awsServers";
import {
  clientSettings,
  makeGroup,
  makeKey,
  otherAccount,
  otherAccountSettings,
  region,
  useSandbox,
} from "./sandbox";

/** How patient tests are: the sandbox's states last for moments. */
export const quick: Pace = { everyMs: 40, sayEveryMs: 60_000, patience: 0.02 };

/** Of the sandbox's account. */
export const account = "123456789012";

export const quiet: Log = () => undefined;

export const label = (generation: string, stack = "test"): Label => ({
  stack,
  generation,
  owner: "platform-team",
  expiresAt: "2030-01-01T00:00:00.000Z",
});

/** A sandbox with a production of the sample's database, an automatic snapshot of it, and a platform on it. */
export interface AwsProduction {
  kind: ServerKind;
  sandbox: Sandbox;
  rds: RDS;
  ec2: EC2;
  settings: AwsSettings;
  platform: Platform;
  /** The same with other settings. */
  platformWith(more: Partial<AwsSettings>): Platform;
  /** Writes production's credential as a secret of production's own. @returns its name. */
  makeProductionSecret(): Promise<string>;
  /** The automatic snapshot's identifier. */
  snapshot: string;
  /** Passwords on production; never to be found where they do not belong. */
  passwords: { master: string; app: string; reporting: string; legacyImport: string };
}

export const production = "production";
const adminUser = "federation_master";
const masterPassword = "Pl4nted-master-password";

/**
 * In mocha's hooks: one sandbox for a test file. The SDK's own environment leads to it, as on a machine of a user.
 * @param members of the sample; 0 for an empty database
 * @param kind whether production is an instance or an Aurora cluster
 * @param elsewhere whether it is in another account, which has shared its snapshot, and the settings say so
 */
export function useAwsProduction(
  members: number,
  options: SandboxOptions = {},
  kind: ServerKind = "instance",
  elsewhere = false,
): () => AwsProduction {
  const sandbox = useSandbox(options);
  const earlier = new Map<string, string | undefined>();
  let made: AwsProduction | undefined;
  const set = (name: string, value: string | undefined) => {
    if (!earlier.has(name)) earlier.set(name, process.env[name]);
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  before("a production on it", async function () {
    this.timeout(120_000);
    set("AWS_ENDPOINT_URL", sandbox().endpoint);
    set("AWS_ACCESS_KEY_ID", "runner");
    set("AWS_SECRET_ACCESS_KEY", "runner");
    set("AWS_PROFILE", undefined);
    set("AWS_CONFIG_FILE", "/nonexistent");
    set("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    made = await make(sandbox(), members, kind, elsewhere);
  });
  after("the environment of before", () => {
    for (const [name, value] of earlier) set(name, value);
    made?.rds.destroy();
    made?.ec2.destroy();
  });
  return () => {
    if (made === undefined) throw new Error("production is there only while tests run");
    return made;
  };
}

async function make(
  sandbox: Sandbox,
  members: number,
  kind: ServerKind,
  elsewhere: boolean,
): Promise<AwsProduction> {
  const rds = new RDS({ region });
  const ec2 = new EC2({ region });
  const owner = elsewhere ? await otherAccountSettings(sandbox) : clientSettings(sandbox);
  const theirs = { rds: new RDS(owner), ec2: new EC2(owner) };
  const runner = "127.0.0.1/32";
  const applicationGroup = await makeGroup(ec2, "application", []);
  await makeSubnetGroup(rds, ec2);
  const server = await makeServer(theirs.rds, kind, production, {
    user: adminUser,
    password: masterPassword,
    ...(members === 0 ? { database: sampleNames.database } : {}),
    group: await makeGroup(theirs.ec2, "production", [runner]),
    encrypted: elsewhere ? await makeKey(sandbox, owner) : true,
  });
  const sample = members === 0 ? undefined : await seedSample(sandbox, server.instance, members);
  let snapshot: string;
  if (elsewhere) snapshot = await shareSnapshot(theirs.rds, kind, production, "friday", account);
  else {
    await sandbox.control("backup", { id: production });
    snapshot = await untilBackedUp(rds, kind);
  }
  const { host, port } = server;
  const settings = parseAwsSettings({
    region,
    accounts: [account],
    subnetGroup,
    runner,
    applicationGroup,
    database: sampleNames.database,
    rootCertificate: sandbox.caFile,
    ...(elsewhere ? { productionElsewhere: { host, port, accounts: [otherAccount] } } : {}),
  });
  const platformWith = (more: Partial<AwsSettings>) => awsPlatform({ ...settings, ...more }, quick);
  const passwords = { master: masterPassword, app: "", reporting: "", legacyImport: "", ...sample };
  const makeProductionSecret = async () => {
    const manager = new SecretsManager({ region });
    const Name = "federation/production/database";
    const SecretString = JSON.stringify({ username: adminUser, password: masterPassword });
    await manager.createSecret({ Name, SecretString });
    return Name;
  };
  for (const client of Object.values(theirs)) client.destroy();
  return {
    kind,
    makeProductionSecret,
    sandbox,
    rds,
    ec2,
    settings,
    platform: platformWith({}),
    platformWith,
    snapshot,
    passwords,
  };
}

const subnetGroup = "private";

async function makeSubnetGroup(rds: RDS, ec2: EC2): Promise<void> {
  const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const { Subnets = [] } = await ec2.describeSubnets({
    Filters: [{ Name: "vpc-id", Values: [Vpcs?.[0]?.VpcId ?? ""] }],
  });
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: subnetGroup,
    DBSubnetGroupDescription: "private",
    SubnetIds: Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId),
  });
}

async function untilBackedUp(rds: RDS, kind: ServerKind): Promise<string> {
  for (;;) {
    const all = kind === "instance" ? await instanceSnapshots(rds) : await clusterSnapshots(rds);
    const newest = all.at(-1);
    if (newest !== undefined && all.every(({ status }) => status === "available")) return newest.id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function instanceSnapshots(rds: RDS) {
  const { DBSnapshots = [] } = await rds.describeDBSnapshots({ DBInstanceIdentifier: production });
  return DBSnapshots.map((one) => ({ id: one.DBSnapshotIdentifier ?? "", status: one.Status }));
}

async function clusterSnapshots(rds: RDS) {
  const asked = { DBClusterIdentifier: production };
  const { DBClusterSnapshots = [] } = await rds.describeDBClusterSnapshots(asked);
  return DBClusterSnapshots.map((one) => ({ id: one.DBClusterSnapshotIdentifier ?? "", status: one.Status }));
}
