/** A process of the platform's: reaches a database as its settings say, asks it who it is, and ends while the way is open. */
import { reach } from "../../platforms/aws/reach";
import { parseAwsSettings } from "../../platforms/aws/settings";
import { row, withSession, type ConnectionTarget } from "../../postgres/connection";

async function main(): Promise<void> {
  const { settings, target } = JSON.parse(process.env.ASKED ?? "") as {
    settings: unknown;
    target: ConnectionTarget;
  };
  const way = reach(parseAwsSettings(settings));
  const targets = await Promise.all([way(target), way(target)]);
  for (const one of targets) {
    const seen = await withSession(one, { applicationName: "reaching" }, (session) =>
      row<{ user: string }>(session, "ask", 'select current_user as "user"'),
    );
    process.stdout.write(`${JSON.stringify({ ...seen, host: one.host, port: one.port })}\n`);
  }
}

void main();
