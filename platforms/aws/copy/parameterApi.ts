import type { Parameter as RdsParameter } from "@aws-sdk/client-rds";
import type { Label } from "../../platform";
import { pages, type Aws } from "../clients";
import { isAwsCode, unless } from "../errors";
import type { RdsServer } from "../server";
import { tagsOf } from "../tags";

/** The same calls for groups of instances and of clusters. */
interface GroupApi {
  /** Its ARN, or undefined. */
  find(name: string): Promise<string | undefined>;
  /** One that is there already is left as it is: whose it is, its label says. */
  create(name: string, family: string, label: Label): Promise<void>;
  list(name: string, source?: "user"): Promise<RdsParameter[]>;
  modify(name: string, parameters: RdsParameter[]): Promise<unknown>;
  remove(name: string): Promise<unknown>;
  all(): Promise<{ name: string; arn: string }[]>;
}

export function apiOf({ rds }: Aws, kind: RdsServer["kind"]): GroupApi {
  const common = (name: string, family: string, label: Label) => ({
    DBParameterGroupFamily: family,
    Description: `Of the copy ${name}, made by prodcopy`,
    Tags: tagsOf(label),
  });
  const orNone = (error: unknown) => {
    if (isAwsCode(error, "DBParameterGroupNotFound", "DBClusterParameterGroupNotFound")) return undefined;
    throw error;
  };
  const alreadyThere = unless("DBParameterGroupAlreadyExists");
  if (kind === "instance") {
    return {
      find: (name) =>
        rds
          .describeDBParameterGroups({ DBParameterGroupName: name })
          .then(({ DBParameterGroups }) => DBParameterGroups?.[0]?.DBParameterGroupArn, orNone),
      create: async (name, family, label) => {
        await rds
          .createDBParameterGroup({ DBParameterGroupName: name, ...common(name, family, label) })
          .catch(alreadyThere);
      },
      list: (name, Source) =>
        pages(async (Marker) => {
          const page = await rds.describeDBParameters({ DBParameterGroupName: name, Source, Marker });
          return { items: page.Parameters, next: page.Marker };
        }),
      modify: (name, Parameters) => rds.modifyDBParameterGroup({ DBParameterGroupName: name, Parameters }),
      remove: (name) => rds.deleteDBParameterGroup({ DBParameterGroupName: name }),
      all: () =>
        pages(async (Marker) => {
          const page = await rds.describeDBParameterGroups({ Marker });
          const items = page.DBParameterGroups?.map((one) => ({
            name: one.DBParameterGroupName ?? "",
            arn: one.DBParameterGroupArn ?? "",
          }));
          return { items, next: page.Marker };
        }),
    };
  }
  return {
    find: (name) =>
      rds
        .describeDBClusterParameterGroups({ DBClusterParameterGroupName: name })
        .then(
          ({ DBClusterParameterGroups }) => DBClusterParameterGroups?.[0]?.DBClusterParameterGroupArn,
          orNone,
        ),
    create: async (name, family, label) => {
      await rds
        .createDBClusterParameterGroup({ DBClusterParameterGroupName: name, ...common(name, family, label) })
        .catch(alreadyThere);
    },
    list: (name, Source) =>
      pages(async (Marker) => {
        const page = await rds.describeDBClusterParameters({
          DBClusterParameterGroupName: name,
          Source,
          Marker,
        });
        return { items: page.Parameters, next: page.Marker };
      }),
    modify: (name, Parameters) =>
      rds.modifyDBClusterParameterGroup({ DBClusterParameterGroupName: name, Parameters }),
    remove: (name) => rds.deleteDBClusterParameterGroup({ DBClusterParameterGroupName: name }),
    all: () =>
      pages(async (Marker) => {
        const page = await rds.describeDBClusterParameterGroups({ Marker });
        const items = page.DBClusterParameterGroups?.map((one) => ({
          name: one.DBClusterParameterGroupName ?? "",
          arn: one.DBClusterParameterGroupArn ?? "",
        }));
        return { items, next: page.Marker };
      }),
  };
}
