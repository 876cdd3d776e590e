import * as fs from "node:fs/promises";
import * as path from "node:path";
import { rows, run, type Session } from "../../../postgres/connection";

/** The sample's own SQL, and the migrations by which Test is ahead of production. */
export const sampleFolder = __dirname;
export const migrationsFolder = path.resolve(__dirname, "../../../migrations/sample");

/** Settings of the session that the SQL files read by `current_setting`. */
export async function setForSession(session: Session, settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await rows(session, `set ${name}`, "select set_config($1, $2, false) is not null as set", [name, value]);
  }
}

/** Runs one file, or every `.sql` file of a folder in the order of their names. `where` is relative to `base`. */
export async function runSql(session: Session, where: string, base = sampleFolder): Promise<void> {
  for (const file of await sqlFilesAt(path.join(base, where))) {
    await run(session, `run ${path.relative(base, file)}`, await fs.readFile(file, "utf8"));
  }
}

async function sqlFilesAt(place: string): Promise<string[]> {
  if (place.endsWith(".sql")) return [place];
  const names = (await fs.readdir(place)).filter((name) => name.endsWith(".sql")).sort();
  return names.map((name) => path.join(place, name));
}
