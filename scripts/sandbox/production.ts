import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, RDSClient, waitUntilDBInstanceAvailable } from "@aws-sdk/client-rds";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Log } from "../../postgres/proof";
import { randomPassword } from "../../postgres/scram";
import { sampleNames } from "../../platforms/local/sample/names";
import { seedSample } from "./sample";
import type { Sandbox } from "./sandbox";

/** The instance that `makeProduction` makes, and the secrets with its logins. */
export const sandboxProduction = {
  instance: "production",
  region: "eu-west-1",
  masterSecret: "production/master",
  applicationSecret: "production/app",
  securityGroup: "production",
} as const;

/**
 * An RDS instance with the sample production in it, which admits this machine's 127.0.0.1; its master's and its application's
 * logins are secrets in Secrets Manager, as RDS writes them.
 * @param members how many members the sample's federation has
 */
export async function makeProduction(sandbox: Sandbox, members: number, log: Log): Promise<void> {
  const { instance, region, masterSecret, applicationSecret, securityGroup } = sandboxProduction;
  const settings = {
    endpoint: sandbox.endpoint,
    region,
    credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
  };
  const [rds, ec2, secrets] = [
    new RDSClient(settings),
    new EC2Client(settings),
    new SecretsManagerClient(settings),
  ];
  try {
    const group = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: securityGroup,
        Description: "The runner reaches production",
      }),
    );
    const here = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: "127.0.0.1/32" }] };
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({ GroupId: group.GroupId, IpPermissions: [here] }),
    );
    const password = randomPassword();
    log(`RDS instance "${instance}" is created`);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: instance,
        DBInstanceClass: "db.t4g.medium",
        Engine: "postgres",
        MasterUsername: sampleNames.admin,
        MasterUserPassword: password,
        AllocatedStorage: 20,
        StorageEncrypted: true,
        DeletionProtection: true,
        VpcSecurityGroupIds: group.GroupId === undefined ? [] : [group.GroupId],
      }),
    );
    const waiter = { client: rds, maxWaitTime: 300, minDelay: 1, maxDelay: 2 };
    await waitUntilDBInstanceAvailable(waiter, { DBInstanceIdentifier: instance });
    const { app } = await seedSample(sandbox, instance, members, log);
    const secret = (Name: string, username: string, value: string) =>
      secrets.send(
        new CreateSecretCommand({
          Name,
          SecretString: JSON.stringify({
            username,
            password: value,
            dbname: sampleNames.database,
            port: 5432,
          }),
        }),
      );
    await secret(masterSecret, sampleNames.admin, password);
    await secret(applicationSecret, sampleNames.app, app);
  } finally {
    for (const client of [rds, ec2, secrets]) client.destroy();
  }
}
