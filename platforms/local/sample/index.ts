/**
 * The sample production of the `local` platform: a federation of chess clubs on a server of its own, the ratings office that
 * it is connected to, and the old Test server. The tool starts and stops them; no stack ever touches them.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { Log } from "../../../postgres/proof";
import { readJsonIfPresent, removeFile, writeJsonAtomic } from "../files";
import type { LocalHome } from "../home";
import { localSecrets } from "../secrets";
import {
  readServer,
  removeServer,
  serverStatus,
  startServer,
  stopServer,
  type ServerHandle,
} from "../server";
import { hasCredentials, newPasswords, removeCredentials } from "./credentials";
import { sampleLogins, sampleNames, sampleServers, type SampleServer } from "./names";
import { buildOldTest } from "./oldTest";
import { buildProduction } from "./production";
import { buildPublisher } from "./publisher";

export { archiveFolder } from "./production";
export { productionFingerprint, type Fingerprint } from "./fingerprint";
export {
  sampleLogins,
  sampleNames,
  sampleServers,
  type SampleLogin,
  type SampleLoginKey,
  type SampleServer,
} from "./names";

export interface SampleStatus {
  /** `unfinished`: a build was killed, or part of it was removed by hand; the next `ensureSample` makes it anew. */
  state: "absent" | "unfinished" | "stopped" | "running";
  /** How many members it was made with; undefined unless it is complete. */
  members: number | undefined;
  servers: Record<SampleServer, "running" | "stopped" | "absent">;
}

/** Membership numbers have six digits, and a tenth of them is kept for people who are not registered. */
export const mostMembers = 800_000;

const markSchema = z.object({ members: z.number() });

/** Written when the sample is complete, and removed before any part of it is; it goes with production's folder. */
function markFile(home: LocalHome): string {
  return path.join(serverFolder(home, "production"), "sample.json");
}

function serverFolder(home: LocalHome, server: SampleServer): string {
  return path.join(home.servers, server);
}

/**
 * Makes the sample and starts its servers; one that is complete is only started. What a killed call left is made again, with
 * new passwords. Two builds of the same size hold the same rows.
 * @param options.members how many members the federation has, 0 (empty tables) to 800,000
 * @throws when a complete sample has another number of members: it is never replaced unasked.
 */
export async function ensureSample(
  home: LocalHome,
  options: { members: number },
  log: Log,
): Promise<SampleStatus> {
  checkMembers(options.members);
  const status = await sampleStatus(home);
  if (status.members !== undefined && status.members !== options.members) {
    throw new Error(
      `the sample production has ${status.members} members, and ${options.members} were asked for. It is left as it is: ` +
        `copies and snapshots of it may exist. Ask for ${status.members}, or remove it first with "npx prodcopy reset --erase"`,
    );
  }
  if (status.state === "running") return status;
  if (status.state === "stopped") {
    for (const server of sampleServers) await startServer(serverFolder(home, server));
    return sampleStatus(home);
  }
  if (status.state === "unfinished") {
    log("sample: an earlier build did not end; what it left is removed, and the sample is made again");
  }
  await resetSample(home);
  await build(home, options.members, log);
  return sampleStatus(home);
}

async function build(home: LocalHome, members: number, log: Log): Promise<void> {
  const passwords = newPasswords();
  const publisher = await buildPublisher(home, members, passwords, log);
  await buildProduction(home, members, passwords, publisher, log);
  await buildOldTest(home, passwords, log);
  await writeJsonAtomic(markFile(home), { members });
}

/** Stops the sample's servers, the subscriber before its publisher; nothing is removed. */
export async function stopSample(home: LocalHome): Promise<void> {
  for (const server of sampleServers.toReversed()) await stopServer(serverFolder(home, server));
}

/** Removes the sample, whatever state it is in: servers, data, archive, secrets. */
export async function resetSample(home: LocalHome): Promise<void> {
  await removeFile(markFile(home));
  for (const server of sampleServers.toReversed()) {
    await removeServer(serverFolder(home, server));
    // A removal that was killed may have left a folder without the record by which it is known.
    await fs.rm(serverFolder(home, server), { recursive: true, force: true });
  }
  await removeCredentials(home);
}

/** What stands, read from files and the process table: it takes milliseconds and opens no connection. */
export async function sampleStatus(home: LocalHome): Promise<SampleStatus> {
  const entries = await Promise.all(
    sampleServers.map(async (server) => [server, await serverStatus(serverFolder(home, server))] as const),
  );
  const servers = Object.fromEntries(entries) as SampleStatus["servers"];
  const seen = Object.values(servers);
  const mark = await readJsonIfPresent(markFile(home), markSchema, "the sample's mark");
  const isComplete = mark !== undefined && !seen.includes("absent") && (await hasCredentials(home));
  if (isComplete) {
    const state = seen.includes("stopped") ? "stopped" : "running";
    return { state, members: mark.members, servers };
  }
  const state = (await leftovers(home)) ? "unfinished" : "absent";
  return { state, members: undefined, servers };
}

async function leftovers(home: LocalHome): Promise<boolean> {
  const found = await Promise.all(
    sampleServers.map((server) => fs.stat(serverFolder(home, server)).catch(() => undefined)),
  );
  return found.some((stat) => stat !== undefined);
}

/** One of the sample's servers. @throws when there is none. */
export async function sampleServer(home: LocalHome, server: SampleServer): Promise<ServerHandle> {
  return readServer(serverFolder(home, server));
}

/** What the Test application's environment holds before the first copy: the old Test server. `secretSettings` holds its password. */
export async function sampleTestSettings(
  home: LocalHome,
): Promise<{ settings: Record<string, string>; secretSettings: Record<string, string> }> {
  const { host, port } = await sampleServer(home, "test");
  const { password = "" } = await localSecrets(home).get(sampleLogins.testApp.ref);
  const { app, testDatabase } = sampleNames;
  return {
    settings: {
      RDS_HOSTNAME: host,
      RDS_PORT: String(port),
      RDS_USERNAME: app,
      RDS_DB_NAME: testDatabase,
    },
    secretSettings: { RDS_PASSWORD: password },
  };
}

function checkMembers(members: number): void {
  if (Number.isInteger(members) && members >= 0 && members <= mostMembers) return;
  throw new Error(
    `the sample cannot have ${members} members: a whole number from 0 to ${mostMembers} is wanted, such as 17000`,
  );
}
