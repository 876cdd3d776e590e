import { EC2Client } from "@aws-sdk/client-ec2";
import { EC2InstanceConnectClient } from "@aws-sdk/client-ec2-instance-connect";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Log } from "../../../postgres/proof";
import { accountCheck, connection, mapped, type AllowedAccounts, type Caller } from "../clients";
import { findBastion, instanceConnectKey, wakeBastion, type BastionName } from "./bastion";
import { TunnelRefused, type Carrier } from "./carrier";
import { sshCarrier } from "./ssh";
import { ssmCarrier } from "./ssm";
import { Tunnel } from "./tunnel";

/** By SSH where the bastion has an address that this machine reaches; default is SSM, which needs no inbound port. */
export interface BySsh {
  user: string;
  /** See `SshBastion.hostKey`. */
  hostKey: string;
  /** Default: the instance's public address, else its private one. */
  address?: string | undefined;
  /** A private key in PEM or OpenSSH form. Default: a key of the moment, by EC2 Instance Connect. */
  privateKey?: string | undefined;
}

/** `accounts` are those in which the bastion may be; no call leaves before the account was checked. */
export interface TunnelRequest extends AllowedAccounts {
  bastion: BastionName;
  database: { host: string; port: number };
  ssh?: BySsh | undefined;
  /** The port on this machine. Default: one that is free. */
  port?: number | undefined;
  /** See `TunnelOptions`. */
  expectAnswer?: boolean;
}

/**
 * A tunnel through a bastion to a database's private endpoint: finds the bastion, starts it when it is stopped, and keeps the way open
 * until it is closed.
 * @throws what a person has to do when it cannot be opened; nothing stays open then, and a bastion that was started goes on running.
 */
export async function openTunnel(request: TunnelRequest, log: Log): Promise<Tunnel> {
  const { region } = request;
  const guard = accountCheck(request);
  const ec2 = mapped(new EC2Client(connection(region)), "ec2", guard);
  const { id } = await findBastion(ec2, request.bastion);
  let carrier: Carrier;
  if (request.ssh === undefined) {
    const client = mapped(new SSMClient(connection(region)), "ssm", guard);
    const awake = async () => {
      await wakeBastion({ ec2, ssm: client }, id, log);
    };
    carrier = ssmCarrier({ client, instanceId: id, region, awake }, request.database);
  } else {
    carrier = await bySsh(request.ssh, { ec2, region, guard, id, log }, request.database);
  }
  log(`opening ${carrier.name}`);
  const { port, expectAnswer = true } = request;
  return Tunnel.open(carrier, { log, expectAnswer, ...(port === undefined ? {} : { port }) });
}

async function bySsh(
  ssh: BySsh,
  at: { ec2: EC2Client; region: string; guard: () => Promise<Caller>; id: string; log: Log },
  database: TunnelRequest["database"],
): Promise<Carrier> {
  const connect = mapped(
    new EC2InstanceConnectClient(connection(at.region)),
    "ec2-instance-connect",
    at.guard,
  );
  const { address } = await wakeBastion({ ec2: at.ec2 }, at.id, at.log);
  const host = ssh.address ?? address;
  if (host === undefined) {
    throw new TunnelRefused(
      `the bastion ${at.id} has no address; name one with --ssh-address, or go by SSM.`,
    );
  }
  const { privateKey } = ssh;
  return sshCarrier(
    {
      host,
      user: ssh.user,
      hostKey: ssh.hostKey,
      login: async () => {
        await wakeBastion({ ec2: at.ec2 }, at.id, at.log);
        return privateKey === undefined ? instanceConnectKey(connect, at.id, ssh.user) : { privateKey };
      },
    },
    database,
  );
}
