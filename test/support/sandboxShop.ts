import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { RDS, type DBCluster } from "@aws-sdk/client-rds";
import type { Sandbox } from "../../scripts/sandbox/sandbox";
import { clientSettings, makeGroup, queryInstance, untilStatus, useSandbox } from "./sandbox";
import { addInstance, describeCluster, family, setting, untilCluster } from "./sandboxClusters";

const engine = "aurora-postgresql";

/** An Aurora cluster `shop` with a writer `shop-1`, parameters of its own and one customer, Rosalind. */
export interface Shop {
  sandbox: Sandbox;
  rds: RDS;
  runnerGroup: string;
  /** As it was when the writer was there. */
  cluster: DBCluster;
  /** Its cluster parameter group. */
  group: string;
  login: { user: string; password: string; database: string };
}

/** In mocha's hooks: one sandbox for a test file, with a shop in it. */
export function useShop(): () => Shop {
  const sandbox = useSandbox();
  let made: (Shop & { ec2: EC2 }) | undefined;
  before("a cluster with a writer and a row", async () => {
    const rds = new RDS(clientSettings(sandbox()));
    const ec2 = new EC2(clientSettings(sandbox()));
    const login = { user: "shop_master", password: "first-password", database: "shop" };
    const runnerGroup = await makeGroup(ec2, "runner-only", ["127.0.0.1/32"]);
    const group = "shop-settings";
    await rds.createDBClusterParameterGroup({
      DBClusterParameterGroupName: group,
      DBParameterGroupFamily: await family(rds),
      Description: "of the shop",
    });
    await rds.modifyDBClusterParameterGroup({
      DBClusterParameterGroupName: group,
      Parameters: [
        setting("max_locks_per_transaction", "77"),
        setting("work_mem", "5MB"),
        setting("log_statement", "ddl"),
      ],
    });
    await sandbox().control("states", { creating: "hold" });
    const { DBCluster: begun } = await rds.createDBCluster({
      DBClusterIdentifier: "shop",
      Engine: engine,
      MasterUsername: login.user,
      MasterUserPassword: login.password,
      DatabaseName: login.database,
      StorageEncrypted: true,
      VpcSecurityGroupIds: [runnerGroup],
      DBClusterParameterGroupName: group,
      Tags: [{ Key: "team", Value: "shop" }],
    });
    assert.equal(begun?.Status, "creating");
    await assert.rejects(addInstance(rds, "shop-1", "shop"), /not in available state/);
    await sandbox().control("states", { creating: 0 });
    await untilCluster(rds, "shop");
    await addInstance(rds, "shop-1", "shop");
    await untilStatus(rds, "shop-1");
    const cluster = await describeCluster(rds, "shop");
    made = { sandbox: sandbox(), rds, ec2, runnerGroup, cluster, group, login };
    await ask(made, cluster.Endpoint, "create table customer as select 'Rosalind' as name");
  });
  after(() => {
    made?.rds.destroy();
    made?.ec2.destroy();
  });
  return () => {
    if (made === undefined) throw new Error("the shop is there only while tests run");
    return made;
  };
}

/** What the shop's master user is answered at an endpoint. */
export function ask<R extends object>(
  { sandbox, login }: Pick<Shop, "sandbox" | "login">,
  host: string | undefined,
  text: string,
  as: Partial<Shop["login"]> = {},
): Promise<R[]> {
  const endpoint = { Endpoint: { Address: host ?? "no endpoint", Port: 5432 } };
  return queryInstance<R>(sandbox, endpoint, { ...login, ...as }, text);
}

export async function show(shop: Shop, name: string): Promise<string | undefined> {
  const [row] = await ask<Record<string, string>>(shop, shop.cluster.Endpoint, `show ${name}`);
  return row?.[name];
}
