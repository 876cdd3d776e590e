import { refuseProduction, type ProductionEndpoint } from "../../refuseProduction";
import type { Aws } from "../clients";
import { findServer, labelledServers } from "../server";
import { tagOf } from "../tags";
import { readTags, type Environment, type Settings } from "./read";

const saysProduction = /prod|live/i;
/** "nonprod" says the contrary. */
const saysNot = /^non-?prod|^not-?prod/i;
const telling = /^(env|environment|stage|tier|deployment)$/i;

/** @throws for an environment that is production's by name, tag, CNAME or the database it stands on, or that has a database of its own. */
export async function refuseEnvironment(
  aws: Aws,
  environment: Environment,
  { settings, coupled }: { settings: Settings; coupled: boolean },
  production: ProductionEndpoint[],
): Promise<void> {
  const { name, cname, endpoint } = environment;
  const refuse = (why: string) => {
    throw new Error(
      `Environment "${name}" is refused: ${why}. \`prodcopy:environment\` must name a test environment. Nothing was changed.`,
    );
  };
  if (saysProduction.test(name)) refuse("its name says production");
  for (const { Key = "", Value = "" } of await readTags(aws, environment.arn)) {
    if (telling.test(Key) && saysProduction.test(Value) && !saysNot.test(Value)) {
      refuse(`its tag ${Key} says ${JSON.stringify(Value)}`);
    }
  }
  const listed = [cname, endpoint].find((host) => isForbidden(aws, host));
  if (listed !== undefined) refuse(`${listed} is in prodcopy:forbiddenHosts`);
  if (coupled) {
    refuse("a database is coupled to it, whose settings Elastic Beanstalk writes itself; decouple it first");
  }
  await refuseTargets(aws, `Environment "${name}"`, settings, production);
}

/** @throws when settings point at production. */
export async function refuseTargets(
  aws: Aws,
  what: string,
  settings: Settings,
  production: ProductionEndpoint[],
): Promise<void> {
  const plain = Object.entries(settings).filter(([, { kind }]) => kind === "plain");
  const values = Object.fromEntries(plain.map(([name, { value }]) => [name, value]));
  const host = values.RDS_HOSTNAME;
  if (host !== undefined && isForbidden(aws, host)) {
    throw new Error(
      `${what} is refused: RDS_HOSTNAME is ${host}, which is in prodcopy:forbiddenHosts. Nothing was changed.`,
    );
  }
  await refuseProduction(what, values, production);
}

function isForbidden({ settings }: Aws, host: string): boolean {
  const plain = (one: string) => one.trim().toLowerCase().replace(/\.$/, "");
  return host !== "" && settings.forbiddenHosts.some((one) => plain(one) === plain(host));
}

/** Where production answers: every server that a copy in this region was made of, or the one in another account, besides prodcopy:forbiddenHosts. */
export async function productionEndpoints(aws: Aws): Promise<ProductionEndpoint[]> {
  const sources = (await labelledServers(aws)).map(({ tags }) => tagOf(tags, "source"));
  const names = [...new Set(sources.filter((name) => name !== undefined))];
  const servers = await Promise.all(names.map((name) => findServer(aws, name)));
  const here = servers.flatMap((server) => {
    if (server === undefined) return [];
    const { id: name, port } = server;
    const hosts = [server.host, ...server.otherHosts].filter((host) => host !== undefined);
    return hosts.map((host) => ({ name, host, port, mayBeHere: false }));
  });
  const { productionElsewhere: elsewhere } = aws.settings;
  if (elsewhere === undefined) return here;
  return [...here, { name: elsewhere.host, host: elsewhere.host, port: elsewhere.port, mayBeHere: false }];
}
