import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf, type SideFacts } from "./facts";

/** What the bastion and the tasks call. Source: the lists of VPC endpoints in the guides of Systems Manager, Fargate and ECR. */
const interfaceServices = [
  "ssm",
  "ssmmessages",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "logs",
  "secretsmanager",
  "kms",
];

/** How AWS's APIs are reached from private subnets: over a NAT that is there, or through VPC endpoints declared here. */
export class Network extends pulumi.ComponentResource {
  /** Ids by service; empty where there is a NAT. */
  readonly endpoints: pulumi.Output<string>[];
  private readonly endpointGroup: aws.ec2.SecurityGroup | undefined;

  constructor(
    name: string,
    private readonly facts: SideFacts,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("prodcopy:production:Network", name, {}, opts);
    const { config, tags } = facts;
    this.endpointGroup = config.nat
      ? undefined
      : new aws.ec2.SecurityGroup(
          `${name}-endpoints`,
          {
            name: nameOf(config, "endpoints"),
            description: "AWS APIs from the private subnets",
            vpcId: config.network,
            tags,
          },
          { parent: this },
        );
    this.endpoints = this.endpointGroup === undefined ? [] : this.makeEndpoints(name, this.endpointGroup);
    this.registerOutputs({});
  }

  /** Lets a group reach AWS's APIs, and nothing else over HTTPS where there are endpoints. */
  admitToApis(name: string, group: aws.ec2.SecurityGroup, parent: pulumi.Resource): void {
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443, tags: this.facts.tags };
    const to =
      this.endpointGroup === undefined
        ? { cidrIpv4: "0.0.0.0/0" }
        : { referencedSecurityGroupId: this.endpointGroup.id };
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-apis`,
      { securityGroupId: group.id, ...https, ...to, description: "AWS APIs" },
      { parent },
    );
    if (this.endpointGroup === undefined) return;
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-to-endpoints`,
      {
        securityGroupId: this.endpointGroup.id,
        ...https,
        referencedSecurityGroupId: group.id,
        description: name,
      },
      { parent },
    );
    const { id } = aws.ec2.getPrefixListOutput(
      { name: `com.amazonaws.${this.facts.config.region}.s3` },
      { parent },
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-s3`,
      { securityGroupId: group.id, ...https, prefixListId: id, description: "S3" },
      { parent },
    );
  }

  /** Lets a group reach production's database: a rule on either side. */
  admitToDatabase(name: string, group: aws.ec2.SecurityGroup, parent: pulumi.Resource): void {
    const { config, database, tags } = this.facts;
    const port = { ipProtocol: "tcp", fromPort: database.port, toPort: database.port, tags };
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-database`,
      {
        securityGroupId: group.id,
        ...port,
        referencedSecurityGroupId: config.databaseGroup,
        description: "Production's database",
      },
      { parent },
    );
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-to-database`,
      {
        securityGroupId: config.databaseGroup,
        ...port,
        referencedSecurityGroupId: group.id,
        description: nameOf(config, name),
      },
      { parent },
    );
  }

  private makeEndpoints(name: string, group: aws.ec2.SecurityGroup): pulumi.Output<string>[] {
    const { config, tags } = this.facts;
    const inside = { parent: this };
    const common = { vpcId: config.network, tags };
    const made = interfaceServices.map(
      (service) =>
        new aws.ec2.VpcEndpoint(
          `${name}-${service}`,
          {
            ...common,
            serviceName: `com.amazonaws.${config.region}.${service}`,
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: config.subnets,
            securityGroupIds: [group.id],
          },
          inside,
        ),
    );
    const s3 = new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        ...common,
        serviceName: `com.amazonaws.${config.region}.s3`,
        vpcEndpointType: "Gateway",
        routeTableIds: config.routeTables,
      },
      inside,
    );
    return [...made, s3].map(({ id }) => id);
  }
}
