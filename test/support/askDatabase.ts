/** A program under `prodcopy tunnel`: asks the database of its environment who it is, and prints that with what it was given. */
import { row, withSession } from "../../postgres/connection";
import { databaseOfEnvironment } from "../../postgres/databaseUrl";

async function ask(): Promise<void> {
  const seen = await withSession(databaseOfEnvironment(), { applicationName: "asking" }, (session) =>
    row<{ user: string; ssl: boolean }>(
      session,
      "ask",
      'select current_user as "user", ssl from pg_stat_ssl where pid = pg_backend_pid()',
    ),
  );
  const shown = Object.entries(process.env).filter(([name]) => /^PG|DATABASE/.test(name));
  process.stdout.write(`${JSON.stringify({ ...seen, env: Object.fromEntries(shown) })}\n`);
}

/** `twice`: again and again after the first time, until the connection was lost once and is there again. */
async function again(): Promise<void> {
  for (let lost = false; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      await ask();
      if (lost) return;
    } catch {
      lost = true;
    }
  }
}

void (process.argv[2] === "twice" ? again() : ask());
