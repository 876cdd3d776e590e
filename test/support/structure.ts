import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ConnectionTarget } from "../../postgres/connection";
import { findPostgres, programsEnvironment } from "../../platforms/local/programs";

/**
 * The structure of a database as pg_dump writes it, for a server of the version that the tests run on. Undefined where that
 * installation has no pg_dump.
 */
export async function dumpStructure(target: ConnectionTarget): Promise<string | undefined> {
  const programs = await findPostgres(process.env);
  const program = path.join(programs.binFolder, "pg_dump");
  if (!fs.existsSync(program)) return undefined;
  const told = spawnSync(program, ["--schema-only", "--exclude-schema=prodcopy", target.database], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: programsEnvironment(programs, {
      PATH: process.env.PATH,
      PGHOST: target.host,
      PGPORT: String(target.port),
      PGUSER: target.user,
      PGPASSWORD: target.password,
    }),
  });
  if (told.status !== 0) throw new Error(told.stderr);
  return told.stdout.replace(/^\\(un)?restrict .*$/gm, "");
}

/** Without casts and parentheses, which PostgreSQL writes otherwise once an expression was read from its own text. */
export function withoutCasts(dump: string): string {
  return dump.replace(/::(?:\w+\.)?(?:character varying|\w+)(?:\(\d+\))?(?:\[\])*|[()]/g, "");
}
