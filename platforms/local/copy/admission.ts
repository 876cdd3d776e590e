import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { rows, run, withSession, type Session } from "../../../postgres/connection";
import { proof, type Proof } from "../../../postgres/proof";
import { DatabaseError } from "../../../postgres/errors";
import type { Admission } from "../../platform";
import { saveCopyRecord, type Copy } from "../copy";
import { pgHba, type HostLine } from "../server/configuration";
import { writeWhole } from "../server/place";
import { withCopyServer } from "./session";

/** Whom each admission lets in over loopback, by password; the platform's own socket is always there. */
export function hostLines(
  copy: Pick<Copy, "record">,
  admission: Admission,
  applicationUser: string,
): HostLine[] {
  const { adminUser, database } = copy.record;
  const admin: HostLine = { database: undefined, user: adminUser };
  switch (admission) {
    case "sealed":
      return [];
    case "rotating":
      // A refusal by this file would prove nothing about a password, so that every role is asked for one here.
      return [{ database: undefined, user: undefined }];
    case "quarantine":
      return [admin];
    case "open":
      return [admin, { database, user: applicationUser }];
  }
}

/**
 * Makes exactly these lines the active ones, ends the sessions of whoever is no longer admitted, and proves both from
 * outside: by what a connection is answered.
 */
export async function setAdmission(copy: Copy, admission: Admission, applicationUser = ""): Promise<Proof[]> {
  const { dir, record, server } = copy;
  const lines = hostLines(copy, admission, applicationUser);
  // Before the file: a copy that may have been reachable is never taken for a sealed one.
  await saveCopyRecord(dir, { ...record, admission });
  await writeWhole(path.join(server.dataDirectory, "pg_hba.conf"), pgHba(server.adminUser, lines));
  return withCopyServer(copy, "postgres", async (session) => {
    await run(session, "read who may connect", "select pg_catalog.pg_reload_conf()");
    await untilActive(copy, admission);
    const ended = await endSessionsNotAdmitted(session, lines);
    return [
      proof(
        `Only these may connect to the copy: ${describe(admission, copy, applicationUser)}.`,
        await activeLines(session, lines),
      ),
      ...(ended > 0
        ? [
            proof(
              "Nobody else is still connected.",
              `${ended} sessions that are no longer admitted were ended`,
            ),
          ]
        : []),
    ];
  });
}

function describe(admission: Admission, { record }: Copy, applicationUser: string): string {
  switch (admission) {
    case "sealed":
      return "nobody but the platform, by its private socket";
    case "rotating":
      return "from this machine, whoever knows a role's password";
    case "quarantine":
      return `from this machine, ${JSON.stringify(record.adminUser)}`;
    case "open":
      return `from this machine, ${JSON.stringify(record.adminUser)}, and ${JSON.stringify(applicationUser)} to ${JSON.stringify(record.database)}`;
  }
}

/** What the server reads in its pg_hba.conf, line by line. @throws unless it is exactly what was meant. */
export async function activeLines(session: Session, lines: HostLine[]): Promise<string> {
  const found = await rows<{
    type: string;
    database: string[];
    user_name: string[];
    address: string | null;
    netmask: string | null;
    auth_method: string;
    error: string | null;
  }>(
    session,
    "read the server's own view of pg_hba.conf",
    "select type, database, user_name, address, netmask, auth_method, error from pg_catalog.pg_hba_file_rules order by line_number",
  );
  const host = lines.map(
    ({ database, user }) =>
      `host ${database ?? "all"} ${user ?? "all"} 127.0.0.1/255.255.255.255 scram-sha-256`,
  );
  const seen = found.map((line) =>
    line.error !== null
      ? `unreadable: ${line.error}`
      : `${line.type} ${line.database.join(",")} ${line.user_name.join(",")} ${line.address ? `${line.address}/${line.netmask} ` : ""}${line.auth_method}`,
  );
  const [local, ...rest] = seen;
  if (
    local?.startsWith("local all ") !== true ||
    !local.endsWith(" peer") ||
    rest.join("\n") !== host.join("\n")
  ) {
    throw new Error(
      `the copy's pg_hba.conf does not say what was written: expected [${host.join("; ")}] after the platform's own line, found [${seen.join("; ")}]`,
    );
  }
  return `pg_hba_file_rules: ${[`local by peer`, ...rest].join("; ")}`;
}

/** A reload is not waited for by the server; what a stranger is answered shows when it has happened. */
async function untilActive(copy: Copy, admission: Admission): Promise<void> {
  const expected: Record<Admission, { stranger: string; admin: string }> = {
    sealed: { stranger: "28000", admin: "28000" },
    rotating: { stranger: "28P01", admin: "28P01" },
    quarantine: { stranger: "28000", admin: "28P01" },
    open: { stranger: "28000", admin: "28P01" },
  };
  const end = Date.now() + 20_000;
  for (;;) {
    const stranger = await answerTo(copy, "prodcopy_stranger");
    const admin = await answerTo(copy, copy.server.adminUser);
    if (stranger === expected[admission].stranger && admin === expected[admission].admin) return;
    if (Date.now() > end) {
      throw new Error(
        `the copy ${copy.id} does not follow its pg_hba.conf (${admission}): an unknown role is answered ${stranger}, ` +
          `the administrator with a wrong password ${admin}; expected ${expected[admission].stranger} and ${expected[admission].admin}`,
      );
    }
    await delay(50);
  }
}

/** The SQLSTATE with which the server refuses a role that offers a wrong password. */
async function answerTo({ server, record }: Copy, user: string): Promise<string> {
  const target = {
    host: server.host,
    port: server.port,
    database: record.database,
    user,
    password: "not this one",
  };
  try {
    await withSession(target, { applicationName: "prodcopy admission" }, () => Promise.resolve());
    return "admitted";
  } catch (error) {
    return error instanceof DatabaseError ? error.code : "unknown";
  }
}

async function endSessionsNotAdmitted(session: Session, lines: HostLine[]): Promise<number> {
  const strangers = `select pid from pg_catalog.pg_stat_activity
    where client_addr is not null and backend_type <> 'parallel worker'
      and not exists (select from pg_catalog.jsonb_to_recordset($1::jsonb) as line("database" text, "user" text)
        where (line."user" is null or line."user" = usename) and (line."database" is null or line."database" = datname))`;
  const parameters = [JSON.stringify(lines)];
  const ended = await rows(
    session,
    "end other sessions",
    `select pg_catalog.pg_terminate_backend(pid) from (${strangers}) s`,
    parameters,
  );
  const end = Date.now() + 20_000;
  while ((await rows(session, "look for other sessions", strangers, parameters)).length > 0) {
    if (Date.now() > end) throw new Error("sessions that are no longer admitted did not end within 20 s");
    await delay(50);
  }
  return ended.length;
}
