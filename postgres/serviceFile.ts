import * as fs from "node:fs";
import * as path from "node:path";

/**
 * What a service file of libpq's (`[name]`, then `key=value` lines) says of one service: PGSERVICEFILE or
 * `~/.pg_service.conf`, then `pg_service.conf` in PGSYSCONFDIR.
 * @throws when no file names the service, saying which were read.
 */
export function readService(name: string, env: NodeJS.ProcessEnv, home: string): Map<string, string> {
  const files = [
    env.PGSERVICEFILE ?? path.join(home, ".pg_service.conf"),
    ...(env.PGSYSCONFDIR === undefined ? [] : [path.join(env.PGSYSCONFDIR, "pg_service.conf")]),
  ];
  for (const file of files) {
    const found = fs.existsSync(file) ? section(fs.readFileSync(file, "utf8"), name) : undefined;
    if (found !== undefined) return found;
  }
  throw new Error(
    `the service ${JSON.stringify(name)} is not in ${files.join(" or ")}; add a section [${name}] there, or set PGSERVICEFILE`,
  );
}

function section(text: string, name: string): Map<string, string> | undefined {
  let found: Map<string, string> | undefined;
  let isWanted = false;
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (found !== undefined) return found;
      isWanted = line === `[${name}]`;
      if (isWanted) found = new Map();
      continue;
    }
    const at = line.indexOf("=");
    if (isWanted && at > 0) found?.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return found;
}
