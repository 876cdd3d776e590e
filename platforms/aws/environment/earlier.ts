import { isSecret } from "../../secretSettings";
import type { Aws } from "../clients";
import { readConnectionSecret } from "../connectionSecret";
import { isStars, type Setting, type Settings } from "./read";
import type { ClaimRecord } from "./record";

/**
 * What stands in the environment under these names, as it can be put back. Elastic Beanstalk shows some values as stars, which would be put back as
 * stars: for those the configuration names a secret. Where the environment takes references, that one is put back; with `passwordAs: value` its platform
 * may be too old for them, and the value is fetched now.
 * @throws when a value is shown as stars and no secret is named for it
 */
export async function keepEarlier(
  aws: Aws,
  name: string,
  settings: Settings,
  names: string[],
): Promise<ClaimRecord["earlier"]> {
  const { earlierSecrets, passwordAs } = aws.settings;
  const kept: ClaimRecord["earlier"] = {};
  const masked: string[] = [];
  for (const setting of names) {
    const present = settings[setting];
    const named = earlierSecrets[setting];
    if (!isStars(present)) kept[setting] = present ?? null;
    else if (named === undefined) masked.push(setting);
    else if (passwordAs === "reference") kept[setting] = { kind: "secret", value: named };
    else kept[setting] = { kind: "plain", value: await valueOf(aws, named) };
  }
  if (masked.length === 0) return kept;
  throw new Error(
    `Environment "${name}" shows ${masked.join(", ")} as stars, so what stands there cannot be kept and put back. Nothing was changed. ` +
      "Name the secret that holds it in prodcopy:earlierSecrets.",
  );
}

/** The value behind an ARN as Elastic Beanstalk takes it: of the whole secret, or of the JSON field whose name follows the ARN. */
async function valueOf({ secretsManager }: Aws, reference: string): Promise<string> {
  const parts = reference.split(":");
  const [arn, key = ""] = [parts.slice(0, 7).join(":"), parts[7]];
  const { SecretString = "" } = await secretsManager.getSecretValue({ SecretId: arn });
  if (key !== "") return fieldOf(arn, SecretString, key);
  return SecretString.trimStart().startsWith("{")
    ? readConnectionSecret(arn, SecretString).password
    : SecretString;
}

function fieldOf(arn: string, text: string, key: string): string {
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[key];
    if (typeof value === "string") return value;
  } catch {
    // Said below, without its contents.
  }
  throw new Error(
    `The secret ${arn} is no JSON object with a text under ${JSON.stringify(key)}. Its contents are not shown. Nothing was changed. Correct prodcopy:earlierSecrets.`,
  );
}

export function describeEarlier([name, earlier]: [string, Setting | null]): string {
  if (earlier === null) return `${name} was not set`;
  if (earlier.kind === "secret") return `${name} was fetched from ${earlier.value}`;
  return isSecret(name, earlier.value, []) ? `${name} kept as a secret` : `${name}=${earlier.value}`;
}
