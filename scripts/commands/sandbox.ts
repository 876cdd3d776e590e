import { InvalidArgumentError, type Command } from "commander";
import { mostMembers } from "../../platforms/local/sample";
import { makeProduction, sandboxProduction } from "../sandbox/production";
import { startSandbox, type Sandbox } from "../sandbox/sandbox";
import { refuseOthersFile, stackFile, writeStackFile } from "../sandbox/stackFile";
import { makeTestSide } from "../sandbox/testSide";
import { progress, say } from "../say";

export function registerSandbox(program: Command): void {
  program
    .command("sandbox")
    .description(
      "an AWS to try things on, without an account: real PostgreSQL servers behind the RDS instances",
    )
    .option("--port <n>", "where the APIs listen on 127.0.0.1 (default: a free port)", portNumber)
    .option("--seconds <n>", "how long a state such as creating or modifying lasts", seconds, 2)
    .option("--sample <members>", "begin with an RDS instance that holds the sample production", wholeNumber)
    .option(
      "--stack <name>",
      "with --sample: also Test's environment, and the file Pulumi.<name>.yaml of a stack that makes its copies there",
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ npx prodcopy sandbox --port 5555 --sample 1000 --stack sandbox\n\ndocs/sandbox.md goes on from there.",
    )
    .action(async (options: Options) => serve(options));
}

interface Options {
  port?: number;
  seconds: number;
  sample?: number;
  stack?: string;
}

async function serve(options: Options): Promise<void> {
  const file = options.stack === undefined ? undefined : stackFile(options.stack);
  if (file !== undefined) {
    if (options.sample === undefined) {
      throw new Error("--stack wants --sample too: a copy is made of something.");
    }
    refuseOthersFile(file);
  }
  const sandbox = await startSandbox({
    port: options.port,
    states: { default: options.seconds },
    log: progress,
    onComplaint: progress,
  });
  const stop = () => {
    progress("Stopping the sandbox and its servers");
    void sandbox.stop();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    if (options.sample !== undefined) await makeProduction(sandbox, options.sample, progress);
    if (file !== undefined) writeStackFile(file, await makeTestSide(sandbox, progress));
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
  explain(sandbox);
  if (options.sample !== undefined) {
    const { instance, masterSecret, applicationSecret } = sandboxProduction;
    say(
      `Sample production  RDS instance ${instance}; its logins are the secrets ${masterSecret} and ${applicationSecret}`,
    );
  }
  if (options.stack !== undefined) {
    const { stack } = options;
    say(`Stack              eval "$(npx prodcopy env --stack ${stack})"`);
    say(`                   pulumi stack init ${stack}; pulumi up --stack ${stack}`);
    say(`                   before Ctrl-C: pulumi destroy --stack ${stack}; pulumi stack rm ${stack}`);
  }
  await sandbox.ended;
}

function explain({ endpoint, caFile }: Sandbox): void {
  const example = "aws rds describe-db-instances";
  say(`AWS sandbox        ${endpoint}   (account 123456789012, every region; nothing leaves this machine)`);
  say(
    `In another shell   export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1`,
  );
  say("                   export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox");
  say(`                   export PGSSLMODE=verify-full PGSSLROOTCERT=${caFile}`);
  say(`                   ${example}`);
  say(`Databases          TLS only: psql "sslmode=verify-full sslrootcert=${caFile} host=..."`);
  say("What to try        docs/sandbox.md");
  say("Ctrl-C stops it with all its servers and removes its data.");
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw new InvalidArgumentError("It must be a port number from 1 to 65535.");
  }
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > mostMembers) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${mostMembers}.`);
  }
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 3600)) throw new InvalidArgumentError("It must be from 0 to 3600 seconds.");
  return value;
}
