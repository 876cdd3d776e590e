import { randomUUID } from "node:crypto";
import type { Label, SecretStore } from "../platform";
import { pages, type Aws } from "./clients";
import { isAwsCode } from "./errors";
import { labelOf, tagKeys, tagsOf } from "./tags";

/** Every secret of ours begins so: policies allow and deny by it. */
const prefix = "prodcopy/";

export interface AwsSecretStore extends SecretStore {
  /** The ARN of a secret, by which Elastic Beanstalk names it. @throws when there is none. */
  arnOf(ref: string): Promise<string>;
  /** Removes every secret that carries the stack's label. @returns their references, sorted. */
  removeByStack(stack: string): Promise<string[]>;
}

/**
 * Secrets Manager. A reference such as `test-3fa9c1d2/admin` is the secret `prodcopy/test-3fa9c1d2/admin`; a connection's secret is
 * written as RDS itself writes its own (engine, host, username, password, dbname, port as a number), so that other programs can read it.
 * Removed without a recovery window, or the name would be blocked for days.
 */
export function awsSecrets(aws: Aws): AwsSecretStore {
  const { secretsManager: client } = aws;
  const store: AwsSecretStore = {
    async put(ref, value, label) {
      const SecretId = nameOf(ref);
      const SecretString = JSON.stringify(written(value));
      await create(aws, ref, SecretString, label);
      const { Tags } = await client.describeSecret({ SecretId });
      assertOurs(ref, labelOf(Tags), label.stack);
      await client.tagResource({ SecretId, Tags: tagsOf(label) });
      const { SecretString: present } = await client.getSecretValue({ SecretId });
      if (present === SecretString) return;
      await client.putSecretValue({ SecretId, SecretString, ClientRequestToken: randomUUID() });
    },
    async get(ref) {
      const { SecretString } = await client
        .getSecretValue({ SecretId: nameOf(ref) })
        .catch((error: unknown) => {
          if (!isAwsCode(error, "ResourceNotFound")) throw error;
          throw new Error(
            `There is no secret "${nameOf(ref)}" in Secrets Manager. It is written when its copy is made and removed with it. ` +
              "If it was removed by hand, `prodcopy refresh` and `pulumi up` make a new copy with new secrets.",
          );
        });
      return read(ref, SecretString);
    },
    async remove(ref) {
      const SecretId = nameOf(ref);
      try {
        const { Tags } = await client.describeSecret({ SecretId });
        if (labelOf(Tags) === undefined) throw notOurs(ref, "none");
        await client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
      } catch (error) {
        if (!isAwsCode(error, "ResourceNotFound")) throw error;
      }
    },
    async arnOf(ref) {
      const { ARN } = await client.describeSecret({ SecretId: nameOf(ref) });
      if (ARN === undefined) throw new Error(`AWS names no ARN of the secret ${nameOf(ref)}.`);
      return ARN;
    },
    async removeByStack(stack) {
      const found = await pages(async (NextToken) => {
        const Filters = [
          { Key: "tag-key" as const, Values: [tagKeys.stack] },
          { Key: "tag-value" as const, Values: [stack] },
        ];
        const page = await client.listSecrets({ Filters, NextToken });
        return { items: page.SecretList, next: page.NextToken };
      });
      // The filters match each tag by itself and by prefix; only the label decides.
      const ours = found.filter(
        ({ Name, Tags }) => Name?.startsWith(prefix) && labelOf(Tags)?.stack === stack,
      );
      const refs = ours.map(({ Name }) => Name!.slice(prefix.length)).sort();
      for (const ref of refs) await store.remove(ref);
      return refs;
    },
  };
  return store;
}

/** A deletion is only scheduled when the call returns, so that a name may be blocked for a moment. */
async function create(
  { secretsManager, pace }: Aws,
  ref: string,
  SecretString: string,
  label: Label,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await secretsManager.createSecret({
        Name: nameOf(ref),
        Description: `A sanitised copy's secret, made by prodcopy for stack ${label.stack}`,
        SecretString,
        Tags: tagsOf(label),
      });
      return;
    } catch (error) {
      if (isAwsCode(error, "ResourceExists")) return;
      if (
        attempt === 5 ||
        !isAwsCode(error, "InvalidRequest") ||
        !/scheduled for deletion/.test(error.message)
      ) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pace.everyMs));
    }
  }
}

/** @throws for a reference that is no path of plain words: Secrets Manager takes letters, digits and /_+=.@- */
function nameOf(ref: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/.test(ref) && ref.length <= 200) {
    return prefix + ref;
  }
  throw new Error(
    `${JSON.stringify(ref.slice(0, 80))} cannot name a secret. A name is one to four parts joined by "/", each of letters, digits, ".", "_" and "-" ` +
      'and beginning with a letter or a digit, such as "test-3fa9c1d2/admin".',
  );
}

function written(value: Record<string, string>): Record<string, string | number> {
  const { host, port, username } = value;
  if (host === undefined || port === undefined || username === undefined) return value;
  return { engine: "postgres", ...value, port: Number(port) };
}

/** Never quotes what it could not read. */
function read(ref: string, text: string | undefined): Record<string, string> {
  const fault = (why: string) =>
    new Error(`The secret "${nameOf(ref)}" ${why}. It is not shown. Remove it; the next run writes it anew.`);
  if (text === undefined) throw fault("holds no text");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault("is no JSON object of ours");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw fault("is no JSON object of ours");
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function assertOurs(ref: string, label: Label | undefined, stack: string): void {
  if (label?.stack !== stack) throw notOurs(ref, label?.stack ?? "none");
}

function notOurs(ref: string, stack: string): Error {
  return new Error(
    `Refused: the secret "${nameOf(ref)}" carries the label of stack "${stack}", so it is neither overwritten nor removed. Nothing was changed. ` +
      "Look whose it is; two stacks must not have one name.",
  );
}
