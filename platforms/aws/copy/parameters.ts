import type { Parameter as RdsParameter } from "@aws-sdk/client-rds";
import type { Log } from "../../../postgres/proof";
import type { Label } from "../../platform";
import type { Aws } from "../clients";
import { isAwsCode } from "../errors";
import { describedProduction } from "../production";
import { required, type RdsServer } from "../server";
import { labelOf } from "../tags";
import { waitFor } from "../wait";
import { apiOf } from "./parameterApi";
import { partLibraries, quarantineParameters, workingParameters, type Parameter } from "./settings";

type Kind = RdsServer["kind"];

/** The two parameter groups of a copy. */
export type Purpose = "quarantine" | "working";

export function groupName(copyId: string, purpose: Purpose): string {
  return `${copyId}-${purpose}`;
}

/** What a parameter group is made from. */
export interface Origin {
  kind: Kind;
  engine: string;
  engineVersion: string;
  /** Production's name; its parameters are taken over where it is in this account. */
  source: string;
}

/**
 * The copy's parameter group, made with its label and filled: when it stands already, by an earlier run or declared beside the copy, its values are
 * made these.
 * @returns its name
 */
export async function ensureParameters(
  aws: Aws,
  copyId: string,
  label: Label,
  purpose: Purpose,
  origin: Origin,
  log: Log,
): Promise<string> {
  const name = groupName(copyId, purpose);
  const api = apiOf(aws, origin.kind);
  if ((await api.find(name)) === undefined) await api.create(name, familyOf(origin), label);
  await assertOurs(aws, name, required(await api.find(name), `the parameter group ${name}`), label);
  const family = parametersOf(await api.list(name));
  const production = await valuesOfProduction(aws, origin);
  const make = purpose === "quarantine" ? quarantineParameters : workingParameters;
  const { left } = partLibraries(production, family);
  if (left.length > 0) {
    log(`not loaded on the copy, because they could call out or log values: ${left.join(", ")}`);
  }
  const wanted = make(production, family);
  const differing = Object.entries(wanted).filter(
    ([one, value]) => family.find((present) => present.name === one)?.value !== value,
  );
  for (let i = 0; i < differing.length; i += mostPerCall) {
    await api.modify(
      name,
      differing.slice(i, i + mostPerCall).map(([ParameterName, ParameterValue]) => ({
        ParameterName,
        ParameterValue,
        // Of a group that no server uses yet it makes no difference; of static parameters nothing else is allowed.
        ApplyMethod: "pending-reboot" as const,
      })),
    );
  }
  return name;
}

/** ModifyDBParameterGroup takes 20 parameters at most. */
const mostPerCall = 20;

/** `postgres15`, `aurora-postgresql15`: the engine and its major version, since version 10. */
function familyOf({ engine, engineVersion }: Origin): string {
  return `${engine}${parseInt(engineVersion, 10)}`;
}

/** What people set on production's groups. Of another account's production nothing can be read: its family's defaults hold. */
async function valuesOfProduction(aws: Aws, { kind, source }: Origin): Promise<Map<string, string>> {
  const server = await describedProduction(aws, source);
  if (server === undefined || server.kind !== kind) return new Map();
  const ofServer = await apiOf(aws, kind).list(server.parameterGroup.name, "user");
  // In a cluster, what the group of the instance that writes sets holds over the cluster's.
  const [ofWriter] = server.memberGroups;
  const above = ofWriter === undefined ? [] : await apiOf(aws, "instance").list(ofWriter, "user");
  const set = parametersOf([...ofServer, ...above]).filter(
    (one): one is Parameter & { value: string } => one.value !== undefined,
  );
  return new Map(set.map(({ name, value }) => [name, value]));
}

function parametersOf(all: RdsParameter[]): Parameter[] {
  return all.map(({ ParameterName = "", ParameterValue, Source, IsModifiable = false }) => ({
    name: ParameterName,
    // What the engine does by itself may change with its next version; only what is set stays.
    value: Source === "user" ? ParameterValue : undefined,
    modifiable: IsModifiable,
  }));
}

async function assertOurs(aws: Aws, name: string, ResourceName: string, label: Label): Promise<void> {
  const { TagList } = await aws.rds.listTagsForResource({ ResourceName });
  const held = labelOf(TagList);
  if (held?.stack === label.stack && held.generation === label.generation) return;
  throw new Error(
    `Refused: a parameter group ${name} is there already, and carries the label of stack "${held?.stack ?? "none"}". It is left alone. ` +
      "Remove it yourself when nobody needs it, or give one of the two stacks another name.",
  );
}

/** Removes both groups of a copy that are the stack's. @returns their names. */
export async function removeParameters(aws: Aws, copyId: string, stack: string): Promise<string[]> {
  const removed: string[] = [];
  for (const kind of ["instance", "cluster"] as const) {
    for (const purpose of ["quarantine", "working"] as const) {
      const name = groupName(copyId, purpose);
      if (await removeParameterGroup(aws, kind, name, stack)) removed.push(name);
    }
  }
  return removed;
}

export async function removeParameterGroup(
  aws: Aws,
  kind: Kind,
  name: string,
  stack: string,
): Promise<boolean> {
  const api = apiOf(aws, kind);
  const arn = await api.find(name);
  if (arn === undefined) return false;
  const { TagList } = await aws.rds.listTagsForResource({ ResourceName: arn });
  if (labelOf(TagList)?.stack !== stack) return false;
  await waitFor(
    `the parameter group ${name} to be free`,
    30,
    aws.pace,
    () => undefined,
    async () => {
      try {
        await api.remove(name);
      } catch (error) {
        if (isAwsCode(error, "InvalidDBParameterGroupState")) return { state: "still in use" };
        if (!isAwsCode(error, "DBParameterGroupNotFound")) throw error;
      }
      return { done: true };
    },
  );
  return true;
}

/** Ids of copies of which the stack's parameter groups are left: `<copy>-quarantine`, `<copy>-working`. */
export async function copiesWithParameters(aws: Aws, stack: string): Promise<string[]> {
  const ids = new Set<string>();
  for (const { name, arn } of [
    ...(await apiOf(aws, "instance").all()),
    ...(await apiOf(aws, "cluster").all()),
  ]) {
    const id = /^(.*)-(quarantine|working)$/.exec(name)?.[1];
    if (id === undefined || !name.startsWith(`${stack}-`)) continue;
    const { TagList } = await aws.rds.listTagsForResource({ ResourceName: arn });
    if (labelOf(TagList)?.stack === stack) ids.add(id);
  }
  return [...ids];
}
