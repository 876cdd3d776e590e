import { randomPassword, scramVerifier } from "../../../postgres/scram";
import type { Label } from "../../platform";
import type { LocalHome } from "../home";
import { localSecrets } from "../secrets";
import type { ServerHandle } from "../server";
import { sampleLogins, sampleNames, type SampleLoginKey, type SampleServer } from "./names";

/** The password of every login of the sample, in memory while it is built. */
export type SamplePasswords = Record<SampleLoginKey, string>;

const keys = Object.keys(sampleLogins) as SampleLoginKey[];

/** No stack can have this name, so no stack's sweep finds the sample's secrets. */
const label: Label = {
  stack: "(sample)",
  generation: "sample",
  owner: "prodcopy",
  expiresAt: "9999-12-31T00:00:00.000Z",
};

/** New random passwords; only `legacy_import` has the one that everybody knows. */
export function newPasswords(): SamplePasswords {
  const entries = keys.map((key) => [
    key,
    key === "legacyImport" ? sampleNames.legacyImportPassword : randomPassword(),
  ]);
  return Object.fromEntries(entries) as SamplePasswords;
}

/** What a session's settings carry into the SQL files, so that no statement of theirs holds a password of a role. */
export function verifierSettings(
  passwords: SamplePasswords,
  names: Record<string, SampleLoginKey>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).map(([name, key]) => [`sample.verifier_${name}`, scramVerifier(passwords[key])]),
  );
}

/** Stores the secrets of one server's logins. */
export async function storeCredentials(
  home: LocalHome,
  server: SampleServer,
  handle: ServerHandle,
  passwords: SamplePasswords,
): Promise<void> {
  const secrets = localSecrets(home);
  for (const key of keys) {
    const { ref, username, database, server: owner } = sampleLogins[key];
    if (owner !== server) continue;
    const value = {
      username,
      password: passwords[key],
      host: handle.host,
      port: String(handle.port),
      dbname: database,
    };
    await secrets.put(ref, value, label);
  }
}

export async function removeCredentials(home: LocalHome): Promise<void> {
  const secrets = localSecrets(home);
  for (const key of keys) await secrets.remove(sampleLogins[key].ref);
}

/** Whether every secret is there. A sample without them cannot be used, so it is made again. */
export async function hasCredentials(home: LocalHome): Promise<boolean> {
  const known = new Set((await localSecrets(home).list()).map(({ ref }) => ref));
  return keys.every((key) => known.has(sampleLogins[key].ref));
}
