import type { EnvironmentChange, EnvironmentSettings, SecretStore } from "../../platform";
import { isSecret } from "../../secretSettings";
import { reservedNames } from "./application";
import type { EnvironmentStore, StoredSettings } from "./store";

/** Refuses names and values that an environment variable cannot hold. Values are never quoted. */
export function checkSettings(settings: EnvironmentSettings): void {
  for (const [name, value] of Object.entries(settings)) {
    const fault = faultOf(name, value);
    if (fault === undefined) continue;
    throw new Error(
      `The setting ${JSON.stringify(name.slice(0, 60))} is refused: ${fault} Nothing was changed.`,
    );
  }
}

function faultOf(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
    return 'a name is letters, digits and "_", and does not begin with a digit.';
  }
  if (reservedNames.includes(name)) return "the environment makes this one itself.";
  if (value.includes("\0")) return "its value holds a NUL character, which an environment variable cannot.";
  if (value.length > 4096) return `its value has ${value.length} characters; 4096 is the most.`;
  return undefined;
}

/** What may be shown. */
export function shownSettings(store: EnvironmentStore, stored: StoredSettings): EnvironmentSettings {
  const shown = Object.entries(stored.settings).map(([name, value]) => [
    name,
    isSecret(name, value, stored.secretNames)
      ? `fingerprint ${store.fingerprint(name, value).slice(0, 12)}`
      : value,
  ]);
  return Object.fromEntries(shown) as EnvironmentSettings;
}

/** Secret values that must not stand in a message, replaced. */
export function redact(text: string, stored: StoredSettings): string {
  const secrets = Object.entries(stored.settings)
    .filter(([name, value]) => value.length >= 4 && isSecret(name, value, stored.secretNames))
    .map(([, value]) => value);
  return secrets.reduce((result, secret) => result.replaceAll(secret, "***"), text);
}

/** The settings of a change with its secrets read from the store; a secret's field `password` is the value. */
export async function resolveChange(
  change: EnvironmentChange,
  secrets: SecretStore,
): Promise<EnvironmentSettings> {
  const resolved = { ...change.settings };
  for (const [name, ref] of Object.entries(change.secretSettings)) {
    if (name in change.settings) {
      throw new Error(`${name} is given twice, in clear and as a secret. Give it once.`);
    }
    const password = (await secrets.get(ref)).password;
    if (password === undefined) {
      throw new Error(`The secret "${ref}", which ${name} shall be set from, has no field "password".`);
    }
    resolved[name] = password;
  }
  checkSettings(resolved);
  return resolved;
}
