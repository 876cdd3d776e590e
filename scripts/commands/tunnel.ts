import type { Command } from "commander";
import type * as tunnelRun from "../tunnel/run";
import type { TunnelOptions } from "../tunnel/order";

export function registerTunnel(program: Command): void {
  program
    .command("tunnel")
    .description("a tunnel through the bastion to a private database, alone or around a command")
    .argument("[command...]", "the command that gets the database in its environment (after --)")
    .showHelpAfterError(
      "(Options of the wrapped command stand behind --, as in: npx prodcopy tunnel --stack prod -- psql -c 'select 1')",
    )
    .option("--stack <name>", "take what is not said here from the stack's output `tunnel`")
    .option("--region <region>", "the region (default: AWS_REGION)")
    .option("--account <id>", "the account; credentials of another one are refused")
    .option("--bastion <id or tag=value>", "the instance through which it goes")
    .option("--host <endpoint>", "the database's endpoint (default: the secret's)")
    .option("--database-port <port>", "the database's port (default: the secret's, else 5432)")
    .option("--database <name>", "the database (default: the secret's)")
    .option("--user <role>", "the login role (default: the secret's)")
    .option("--secret <name or arn>", "the secret that holds the connection, as RDS writes it")
    .option("--secret-key <field>", "the secret's field that holds a URI instead")
    .option("--iam", "log in with a token of IAM")
    .option("--port <port>", "the port on this machine (default: one that is free)")
    .option("--ssh", "by SSH instead of SSM")
    .option("--ssh-user <name>", "the bastion's login (default: ec2-user)")
    .option("--ssh-address <address>", "the bastion's address (default: the instance's)")
    .option("--host-key <key>", "the bastion's host key, or its fingerprint SHA256:...")
    .option("--identity <file>", "a private key (default: one of the moment, by EC2 Instance Connect)")
    .option("--root-certificate <file>", "one more authority that may sign the database's certificate, PEM")
    .option("--loopback", "PGHOST is this machine: for programs that do not know PGHOSTADDR")
    .addHelpText(
      "after",
      "\nThe certificate is checked by the database's own name. The password stands in a file for you alone (PGPASSFILE), gone with the tunnel." +
        "\nExamples:\n  $ npx prodcopy tunnel --stack prod -- psql" +
        "\n  $ npx prodcopy tunnel --account 123456789012 --bastion prodcopy:role=bastion --secret app/database -- pg_dump --schema-only",
    )
    .action(async (command: string[], options: TunnelOptions) => {
      // AWS's clients take a while to load; the other commands do without.
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load them with every command
      const { runTunnel } = require("../tunnel/run") as typeof tunnelRun;
      await runTunnel(command, options);
    });
}
