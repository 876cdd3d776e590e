import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf, type SideFacts } from "./facts";
import type { Network } from "./network";
import { assumedBy } from "./policies";

/** Amazon Linux 2023 with Systems Manager's agent; AWS keeps its newest image's id in this parameter. */
const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * The way in to production's private endpoint: by Systems Manager, with no inbound port, unless `sshFrom` names ranges. It holds no key and no
 * secret; who may use it is a matter of IAM.
 */
export class Bastion extends pulumi.ComponentResource {
  readonly instanceId: pulumi.Output<string>;
  readonly groupId: pulumi.Output<string>;

  constructor(
    name: string,
    args: { facts: SideFacts; network: Network },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("prodcopy:production:Bastion", name, {}, opts);
    const { facts, network } = args;
    const { config, tags } = facts;
    const inside = { parent: this };
    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      { name: nameOf(config, name), description: "The bastion", vpcId: config.network, tags },
      inside,
    );
    network.admitToApis(name, group, this);
    network.admitToDatabase(name, group, this);
    config.sshFrom.forEach(
      (range) =>
        new aws.vpc.SecurityGroupIngressRule(
          `${name}-ssh-${range.replaceAll(/[./]/g, "-")}`,
          { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: range, tags },
          inside,
        ),
    );
    const ami = aws.ssm.getParameterOutput({ name: image }, inside).value;
    const instance = new aws.ec2.Instance(
      name,
      {
        ami,
        instanceType: "t4g.nano",
        subnetId: config.subnets[0]!,
        vpcSecurityGroupIds: [group.id],
        iamInstanceProfile: this.makeProfile(name, facts),
        associatePublicIpAddress: false,
        metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 8, tags },
        tags: { ...tags, Name: nameOf(config, name) },
      },
      // A newer image is no reason to take the way in away from whoever uses it.
      { ...inside, ignoreChanges: ["ami"] },
    );
    this.instanceId = instance.id;
    this.groupId = group.id;
    this.registerOutputs({ instanceId: this.instanceId });
  }

  private makeProfile(name: string, { config, tags }: SideFacts): pulumi.Output<string> {
    const inside = { parent: this };
    const role = new aws.iam.Role(
      `${name}-role`,
      { name: nameOf(config, name), assumeRolePolicy: assumedBy("ec2.amazonaws.com"), tags },
      inside,
    );
    new aws.iam.RolePolicyAttachment(
      `${name}-agent`,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      inside,
    );
    const profile = new aws.iam.InstanceProfile(
      `${name}-profile`,
      { name: nameOf(config, name), role: role.name, tags },
      inside,
    );
    return profile.name;
  }
}
