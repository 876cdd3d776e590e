import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticBeanstalk } from "@aws-sdk/client-elastic-beanstalk";
import { RDS } from "@aws-sdk/client-rds";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { sandboxProduction } from "./production";
import type { Sandbox } from "./sandbox";

/** Clients of a sandbox's services, with credentials of its own: whatever the environment says, no call goes anywhere else. */
export interface SandboxClients {
  rds: RDS;
  ec2: EC2;
  beanstalk: ElasticBeanstalk;
  secrets: SecretsManagerClient;
  destroy(): void;
}

export function sandboxClients({ endpoint }: Sandbox): SandboxClients {
  const common = {
    endpoint,
    region: sandboxProduction.region,
    credentials: { accessKeyId: "sandbox", secretAccessKey: "sandbox" },
  };
  const clients = {
    rds: new RDS(common),
    ec2: new EC2(common),
    beanstalk: new ElasticBeanstalk(common),
    secrets: new SecretsManagerClient(common),
  };
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
