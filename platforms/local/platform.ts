import * as path from "node:path";
import type { ConnectionTarget } from "../../postgres/connection";
import type { Platform, ProductionRef } from "../platform";
import { freeBytes, fullDisk } from "./snapshot/files";
import { copyIdentity, describeCopy, identityOf, listCopies, relabelCopy, requireCopy } from "./copy";
import { setAdmission } from "./copy/admission";
import { setAdminPassword } from "./copy/administrator";
import { openCopy } from "./copy/open";
import { removeCopy } from "./copy/remove";
import { clearStorageResidue } from "./copy/residue";
import { restoreCopy } from "./copy/restore";
import { localEnvironments, type ProductionEndpoint } from "./environment";
import { listFolder } from "./files";
import { localHome, type LocalHome } from "./home";
import { sampleLogins } from "./sample/names";
import { localSecrets } from "./secrets";
import { findRecord, readRecord } from "./server/record";
import { inspectSnapshot, removeSnapshot, resolveSnapshot, takeSnapshot } from "./snapshot";
import { productionServer } from "./snapshot/production";
import { sweepStack } from "./sweep";

/** The platform of this machine: real PostgreSQL servers stand for RDS instances, a small web application for Elastic Beanstalk. */
export function localPlatform(home: LocalHome = localHome()): Platform {
  const secrets = localSecrets(home);
  const environments = localEnvironments(home, { secrets, production: () => productionEndpoints(home) });
  return {
    name: "local",
    secrets,
    ...environments,
    own: { roles: [], databases: [] },

    reach: (target) => Promise.resolve(target),
    production: (source) => productionRef(home, source),
    productionTarget: (source) => productionTarget(home, source),
    productionIdentity: async (source) =>
      identityOf(await readRecord((await productionServer(home, source)).dir)),

    resolveSnapshot: (source, pin) => resolveSnapshot(home, source, pin),
    takeSnapshot: (source, id, label, purpose, log) => takeSnapshot(home, source, id, label, purpose, log),
    inspectSnapshot: (source, id) => inspectSnapshot(home, source, id),
    removeSnapshot: (id, stack) => removeSnapshot(home, id, stack),

    restore: (request, log) => restoreCopy(home, request, log),
    describe: (copyId) => describeCopy(home, copyId),
    troubleOf: () => fullDisk(home.copies),
    freeRoom: async () => ({ bytes: await freeBytes(home.copies), by: "this machine" }),
    setAdminPassword: (copyId, password) => setAdminPassword(home, copyId, password),
    admit: async (copyId, admission) => setAdmission(await requireCopy(home, copyId), admission),
    openQuarantine: (copyId, user, log) => openCopy(home, copyId, user, log),
    clearStorageResidue: (copyId, log) => clearStorageResidue(home, copyId, log),
    relabel: (copyId, label) => relabelCopy(home, copyId, label),
    removeCopy: (copyId, stack) => removeCopy(home, copyId, stack),
    expectedIdentity: (copyId) => copyIdentity(home, copyId),
    listCopies: () => listCopies(home),

    async sweep(stack, log) {
      // Claims first: the earlier password of the environment is among the stack's secrets.
      const claims = await environments.sweepClaims(stack, log);
      return [...claims.map((name) => `claim on ${name}`), ...(await sweepStack(home, secrets, stack, log))];
    },
  };
}

async function productionRef(home: LocalHome, source: string): Promise<ProductionRef> {
  const { host, port, database, resourceId, adminUser } = await productionServer(home, source);
  return { source, host, port, database: database ?? "postgres", resourceId, adminUser };
}

/** Only the sample's administrator is known here; a real production's password never is. */
async function productionTarget(home: LocalHome, source: string): Promise<ConnectionTarget | undefined> {
  const { host, port, database, adminUser } = await productionRef(home, source);
  const login = Object.values(sampleLogins).find(
    (one) => one.server === source && one.username === adminUser,
  );
  if (login === undefined) return undefined;
  const known = (await localSecrets(home).list()).some(({ ref }) => ref === login.ref);
  if (!known) return undefined;
  const { password = "" } = await localSecrets(home).get(login.ref);
  return { host, port, database, user: adminUser, password };
}

/** Every server of ours that no Test may stand on: all but the old Test server. */
async function productionEndpoints(home: LocalHome): Promise<ProductionEndpoint[]> {
  const names = (await listFolder(home.servers)).filter((name) => name !== sampleLogins.testApp.server);
  const records = await Promise.all(names.map((name) => findRecord(path.join(home.servers, name))));
  return records
    .filter((record) => record !== undefined)
    .map(({ name, host, port }) => ({ name, host, port }));
}
