import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Label } from "../../platform";
import type { Aws } from "../clients";
import { isAwsCode, unless } from "../errors";
import { required } from "../server";
import { labelOf, tagsOf } from "../tags";
import { waitFor } from "../wait";

/** Who may connect to a copy: a security group or an IPv4 range. */
export type Peer = string;

/**
 * The security group of a copy, made with its label when it is not there: nobody may come in, and nothing may go out. One that stands under the
 * name with this label, made by an earlier run or declared beside the copy, is taken.
 * @returns its id
 */
export async function ensureGroup(aws: Aws, copyId: string, label: Label): Promise<string> {
  const found = (await findGroup(aws, copyId)) ?? (await createGroup(aws, copyId, label));
  const id = ourGroup(found, label);
  await closeEgress(aws, id);
  return id;
}

/** The copy's group as it stands now, or undefined. */
export async function findGroup(aws: Aws, copyId: string): Promise<SecurityGroup | undefined> {
  const { SecurityGroups } = await aws.ec2.describeSecurityGroups({
    Filters: [
      { Name: "group-name", Values: [copyId] },
      { Name: "vpc-id", Values: [await vpcOf(aws)] },
    ],
  });
  return SecurityGroups?.[0];
}

async function vpcOf({ rds, settings }: Aws): Promise<string> {
  const { DBSubnetGroups } = await rds.describeDBSubnetGroups({ DBSubnetGroupName: settings.subnetGroup });
  return required(DBSubnetGroups?.[0]?.VpcId, `the VPC of the subnet group ${settings.subnetGroup}`);
}

async function createGroup(aws: Aws, copyId: string, label: Label): Promise<SecurityGroup> {
  const VpcId = await vpcOf(aws);
  await aws.ec2
    .createSecurityGroup({
      GroupName: copyId,
      Description: `Quarantine of the copy ${copyId}`,
      VpcId,
      TagSpecifications: [
        { ResourceType: "security-group", Tags: [...tagsOf(label), { Key: "Name", Value: copyId }] },
      ],
    })
    // Made by a first try whose answer was lost, if it carries the label.
    .catch(unless("InvalidGroup.Duplicate"));
  return required(await findGroup(aws, copyId), `the security group ${copyId}`);
}

function ourGroup({ GroupId, GroupName, Tags }: SecurityGroup, label: Label): string {
  const held = labelOf(Tags);
  if (held?.stack === label.stack && held.generation === label.generation) {
    return required(GroupId, "GroupId");
  }
  throw new Error(
    `Refused: a security group ${GroupName} (${GroupId}) is there already, and carries the label of stack "${held?.stack ?? "none"}". ` +
      "It is left alone. Remove it yourself when nobody needs it, or give one of the two stacks another name.",
  );
}

/** AWS gives every new group a rule that lets everything out. */
async function closeEgress(aws: Aws, GroupId: string): Promise<void> {
  const { IpPermissionsEgress = [] } = await readGroup(aws, GroupId);
  if (IpPermissionsEgress.length === 0) return;
  await aws.ec2
    .revokeSecurityGroupEgress({ GroupId, IpPermissions: IpPermissionsEgress })
    .catch(unless("InvalidPermission.NotFound"));
}

async function readGroup(aws: Aws, id: string): Promise<SecurityGroup> {
  const { SecurityGroups } = await aws.ec2.describeSecurityGroups({ GroupIds: [id] });
  return required(SecurityGroups?.[0], `the security group ${id}`);
}

/** Makes these the only rules by which anybody comes in, each to the database's port alone. */
export async function admitOnly(aws: Aws, GroupId: string, port: number, peers: Peer[]): Promise<void> {
  const { IpPermissions = [] } = await readGroup(aws, GroupId);
  const wanted = peers.map((peer) => permissionFor(peer, port));
  const present = IpPermissions.flatMap(singly);
  const surplus = present.filter((one) => !wanted.some((other) => same(one, other)));
  const missing = wanted.filter((one) => !present.some((other) => same(one, other)));
  // Who shall no longer come in goes first.
  if (surplus.length > 0) {
    await aws.ec2
      .revokeSecurityGroupIngress({ GroupId, IpPermissions: surplus })
      .catch(unless("InvalidPermission.NotFound"));
  }
  if (missing.length > 0) {
    await aws.ec2
      .authorizeSecurityGroupIngress({ GroupId, IpPermissions: missing })
      .catch(unless("InvalidPermission.Duplicate"));
  }
}

/** Reads the group back. @throws unless exactly these may come in and nothing may go out. */
export async function proveRules(aws: Aws, id: string, port: number, peers: Peer[]): Promise<string> {
  const { IpPermissions = [], IpPermissionsEgress = [] } = await readGroup(aws, id);
  const seen = IpPermissions.flatMap(singly);
  const wanted = peers.map((peer) => permissionFor(peer, port));
  const agree =
    seen.length === wanted.length && wanted.every((one) => seen.some((other) => same(one, other)));
  if (!agree || IpPermissionsEgress.length > 0) {
    throw new Error(
      `The security group ${id} is not as it was made: it should let in [${wanted.map(show).join("; ")}] and nothing out, and it lets in ` +
        `[${seen.map(show).join("; ")}] and ${IpPermissionsEgress.length === 0 ? "nothing" : IpPermissionsEgress.flatMap(singly).map(show).join("; ")} out. ` +
        "Somebody else changes it; the copy is not gone on with.",
    );
  }
  return `${id} lets in ${seen.length === 0 ? "nobody" : seen.map(show).join("; ")}, and nothing out`;
}

/** The peers that the group lets in now. */
export function peersOf({ IpPermissions = [] }: SecurityGroup): Peer[] {
  return IpPermissions.flatMap(singly).map(peerOf);
}

/** Removes the copy's group, once RDS has let go of it. One that is gone, or not ours, is left. */
export async function removeGroup(aws: Aws, copyId: string, stack: string): Promise<boolean> {
  const found = await findGroup(aws, copyId);
  if (found === undefined || labelOf(found.Tags)?.stack !== stack) return false;
  await waitFor(
    `the security group ${copyId} to be free`,
    30,
    aws.pace,
    () => undefined,
    async () => {
      try {
        await aws.ec2.deleteSecurityGroup({ GroupId: found.GroupId });
      } catch (error) {
        if (isAwsCode(error, "DependencyViolation", "InvalidGroup.InUse")) return { state: "still in use" };
        if (!isAwsCode(error, "InvalidGroup.NotFound")) throw error;
      }
      return { done: true };
    },
  );
  return true;
}

/** Names of all groups that carry the stack's label. */
export async function groupsOfStack(aws: Aws, stack: string): Promise<string[]> {
  const { SecurityGroups = [] } = await aws.ec2.describeSecurityGroups({
    Filters: [{ Name: "tag:prodcopy:stack", Values: [stack] }],
  });
  return SecurityGroups.map(({ GroupName = "" }) => GroupName);
}

function permissionFor(peer: Peer, port: number): IpPermission {
  const Description = "prodcopy";
  const range = { IpProtocol: "tcp", FromPort: port, ToPort: port };
  return peer.startsWith("sg-")
    ? { ...range, UserIdGroupPairs: [{ GroupId: peer, Description }] }
    : { ...range, IpRanges: [{ CidrIp: peer, Description }] };
}

/** AWS gathers all peers of one port in one permission. */
function singly({ IpProtocol, FromPort, ToPort, ...peers }: IpPermission): IpPermission[] {
  const range = { IpProtocol, FromPort, ToPort };
  return [
    ...(peers.UserIdGroupPairs ?? []).map((one) => ({
      ...range,
      UserIdGroupPairs: [{ GroupId: one.GroupId }],
    })),
    ...(peers.IpRanges ?? []).map((one) => ({ ...range, IpRanges: [{ CidrIp: one.CidrIp }] })),
    ...(peers.Ipv6Ranges ?? []).map((one) => ({ ...range, Ipv6Ranges: [{ CidrIpv6: one.CidrIpv6 }] })),
    ...(peers.PrefixListIds ?? []).map((one) => ({
      ...range,
      PrefixListIds: [{ PrefixListId: one.PrefixListId }],
    })),
  ];
}

function peerOf({ UserIdGroupPairs, IpRanges, Ipv6Ranges, PrefixListIds }: IpPermission): Peer {
  return (
    UserIdGroupPairs?.[0]?.GroupId ??
    IpRanges?.[0]?.CidrIp ??
    Ipv6Ranges?.[0]?.CidrIpv6 ??
    PrefixListIds?.[0]?.PrefixListId ??
    "unknown"
  );
}

function same(one: IpPermission, other: IpPermission): boolean {
  return show(one) === show(other);
}

function show(one: IpPermission): string {
  return `${peerOf(one)} to ${one.IpProtocol === "-1" ? "every port" : `${one.IpProtocol} ${one.FromPort}${one.ToPort === one.FromPort ? "" : `-${one.ToPort}`}`}`;
}
