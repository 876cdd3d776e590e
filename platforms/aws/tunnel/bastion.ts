import {
  DescribeInstancesCommand,
  StartInstancesCommand,
  type EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import { SendSSHPublicKeyCommand, type EC2InstanceConnectClient } from "@aws-sdk/client-ec2-instance-connect";
import { DescribeInstanceInformationCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { utils } from "ssh2";
import type { Log } from "../../../postgres/proof";
import { TunnelRefused } from "./carrier";

/** An instance through which databases are reached. */
export interface Bastion {
  id: string;
  /** The address that this machine reaches it by: public, else private; undefined while it has none. */
  address: string | undefined;
}

/** How a bastion is named: by its id, or by the tags that its stack gave it. */
export type BastionName = { id: string } | { tags: Record<string, string> };

/** How long a bastion may take to start and to report to SSM, in milliseconds. */
const awakeWithinMs = 300_000;
const pollMs = 2_000;

/** @throws TunnelRefused when none fits or several do: the wrong one would lead to the wrong database. */
export async function findBastion(ec2: EC2Client, name: BastionName): Promise<Bastion> {
  const request =
    "id" in name
      ? { InstanceIds: [name.id] }
      : {
          Filters: Object.entries(name.tags).map(([tag, value]) => ({ Name: `tag:${tag}`, Values: [value] })),
        };
  const answer = await ec2.send(new DescribeInstancesCommand(request)).catch((error: Error) => {
    if (error.name.startsWith("InvalidInstanceID")) return undefined;
    throw error;
  });
  const found = (answer?.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .filter((instance) => !["terminated", "shutting-down"].includes(instance.State?.Name ?? ""));
  const wanted = "id" in name ? name.id : tagsText(name.tags);
  const [only, ...others] = found;
  if (only?.InstanceId === undefined) {
    throw new TunnelRefused(
      `there is no instance ${wanted} in this account and region. Check --region and the account; \`pulumi up\` on the production stack makes the bastion.`,
    );
  }
  if (others.length > 0) {
    throw new TunnelRefused(
      `${found.length} instances have ${wanted}: ${found.map((one) => one.InstanceId).join(", ")}. Name one with --bastion.`,
    );
  }
  return { id: only.InstanceId, address: only.PublicIpAddress ?? only.PrivateIpAddress };
}

const tagsText = (tags: Record<string, string>) =>
  Object.entries(tags)
    .map(([tag, value]) => `the tag ${tag}=${value}`)
    .join(" and ");

/**
 * Starts the bastion when it is stopped, and waits until it runs and, with `ssm`, until SSM can reach it.
 * @returns it as it is then: a started instance has a new public address.
 * @throws TunnelRefused when it is being terminated; an error when it is not ready in five minutes.
 */
export async function wakeBastion(
  clients: { ec2: EC2Client; ssm?: SSMClient },
  id: string,
  log: Log,
  withinMs = awakeWithinMs,
): Promise<Bastion> {
  const until = Date.now() + withinMs;
  let started = false;
  for (;;) {
    const instance = await describe(clients.ec2, id);
    const state = instance?.State?.Name;
    if (instance === undefined || state === "terminated" || state === "shutting-down") {
      throw new TunnelRefused(`the bastion ${id} is gone; \`pulumi up\` on its stack makes a new one.`);
    }
    if (state === "stopped" && !started) {
      log(`the bastion ${id} is stopped; starting it`);
      await clients.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
      started = true;
    }
    if (state === "running" && (clients.ssm === undefined || (await isOnline(clients.ssm, id)))) {
      return { id, address: instance.PublicIpAddress ?? instance.PrivateIpAddress };
    }
    if (Date.now() + pollMs > until) throw new Error(whyNot(id, state, withinMs));
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function whyNot(id: string, state: string | undefined, withinMs: number): string {
  const seconds = Math.round(withinMs / 1000);
  return state === "running"
    ? `the bastion ${id} runs, and SSM has not heard of it for ${seconds} s. It needs the SSM agent, an instance profile with AmazonSSMManagedInstanceCore, ` +
        "and a way to SSM (NAT, or VPC endpoints for ssm, ssmmessages and ec2messages)."
    : `the bastion ${id} is ${state ?? "unknown"} and did not come up within ${seconds} s.`;
}

async function describe(ec2: EC2Client, id: string): Promise<Instance | undefined> {
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0];
}

async function isOnline(ssm: SSMClient, id: string): Promise<boolean> {
  const answer = await ssm.send(
    new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: [id] }] }),
  );
  return answer.InstanceInformationList?.[0]?.PingStatus === "Online";
}

/**
 * A key pair of this moment whose public half EC2 Instance Connect puts on the bastion for a minute. The private half never
 * leaves this process's memory.
 */
export async function instanceConnectKey(
  client: EC2InstanceConnectClient,
  instanceId: string,
  user: string,
): Promise<{ privateKey: string }> {
  const pair = utils.generateKeyPairSync("ed25519");
  await client.send(
    new SendSSHPublicKeyCommand({
      InstanceId: instanceId,
      InstanceOSUser: user,
      SSHPublicKey: pair.public,
    }),
  );
  return { privateKey: pair.private };
}
