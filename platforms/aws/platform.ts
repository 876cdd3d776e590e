import type { Platform } from "../platform";
import { awsClients } from "./clients";
import { copyIdentity, describeCopy, listCopies, relabelCopy } from "./copy";
import { setAdmission } from "./copy/admission";
import { setAdminPassword } from "./copy/administrator";
import { openCopy } from "./copy/open";
import { ownDatabases, ownRoles } from "./copy/rdsOwn";
import { removeCopy, sweepCopies } from "./copy/remove";
import { clearStorageResidue } from "./copy/residue";
import { restoreCopy } from "./copy/restore";
import { troubleOf } from "./copy/trouble";
import { awsEnvironments } from "./environment";
import { productionIdentity, productionRef, productionTarget } from "./production";
import { reach } from "./reach";
import { freeRoom } from "./room";
import { awsSecrets } from "./secrets";
import type { AwsSettings } from "./settings";
import { inspectSnapshot, removeSnapshot, resolveSnapshot, sweepSnapshots, takeSnapshot } from "./snapshot";
import type { Pace } from "./wait";

/**
 * The platform of an AWS account and region: RDS, Elastic Beanstalk, Secrets Manager. Makes no call until it is asked for something.
 * @param pace how patiently it waits; see `wait.ts`
 */
export function awsPlatform(settings: AwsSettings, pace?: Pace): Platform {
  const aws = awsClients(settings, pace);
  const secrets = awsSecrets(aws);
  const environments = awsEnvironments(aws, secrets);
  const way = { secrets, reach: reach(settings) };
  return {
    name: "aws",
    secrets,
    ...environments,
    own: { roles: ownRoles, databases: ownDatabases },
    // A bastion may have to be started, an instance to be moved to another host.
    awayMs: 600_000,

    reach: way.reach,
    production: (source) => productionRef(aws, source),
    async productionTarget(source) {
      const target = await productionTarget(aws, source);
      return target && way.reach(target);
    },
    productionIdentity: (source) => productionIdentity(aws, source),

    resolveSnapshot: (source, pin) => resolveSnapshot(aws, source, pin),
    takeSnapshot: (source, id, label, purpose, log) => takeSnapshot(aws, source, id, label, purpose, log),
    inspectSnapshot: (source, id) => inspectSnapshot(aws, source, id),
    removeSnapshot: (id, stack) => removeSnapshot(aws, id, stack),

    restore: (request, log) => restoreCopy(aws, request, log),
    describe: (copyId) => describeCopy(aws, copyId),
    troubleOf: (copyId) => troubleOf(aws, copyId),
    freeRoom: (copyId) => freeRoom(aws, copyId),
    setAdminPassword: (copyId, password) => setAdminPassword(aws, copyId, password),
    admit: (copyId, admission) => setAdmission(aws, way, copyId, admission),
    openQuarantine: (copyId, user, log) => openCopy(aws, way, copyId, user, log),
    clearStorageResidue: (copyId, log) => clearStorageResidue(aws, way, copyId, log),
    relabel: (copyId, label) => relabelCopy(aws, copyId, label),
    async removeCopy(copyId, stack) {
      await removeCopy(aws, copyId, stack);
    },
    expectedIdentity: (copyId) => copyIdentity(aws, copyId),
    listCopies: () => listCopies(aws),

    async sweep(stack, log) {
      // Claims first: the earlier values of the environment are among the stack's secrets.
      const claims = await environments.sweepClaims(stack, log);
      const removed = [
        ...(await sweepCopies(aws, stack, log)),
        ...(await sweepSnapshots(aws, stack)),
        ...(await secrets.removeByStack(stack)).map((ref) => `secret ${ref}`),
      ];
      for (const name of removed) log(`removed ${name}`);
      return [...claims.map((name) => `claim on ${name}`), ...removed];
    },
  };
}
