import { withSession, type ConnectionTarget } from "../postgres/connection";
import { assertIsCopy, type CopySession } from "../postgres/guard";
import { withStageLock } from "../postgres/stageLock";
import type { CopyRef } from "../platforms/platform";
import type { StageContext } from "./context";
import type { HandoverData } from "./handover";

/** The copy that a hand-over names, as it stands now. @throws when it is gone, is another server or stands elsewhere. */
export async function expectCopy(context: StageContext, from: HandoverData): Promise<CopyRef> {
  const copy = await context.platform.describe(from.copyId);
  if (copy === undefined) {
    throw new Error(
      `The copy ${from.copyId} is gone, though stage ${from.stage} handed it over. Nothing was changed. ` +
        "Run `pulumi refresh`, then `pulumi up`: it makes a new one.",
    );
  }
  if (copy.resourceId !== from.resourceId) {
    throw new Error(
      `Refused: ${from.copyId} is now another server (${copy.resourceId}) than the one that stage ${from.stage} ` +
        `handed over (${from.resourceId}). Nothing was changed. Run \`pulumi refresh\`, then \`pulumi up\`.`,
    );
  }
  refuseOtherPlace(copy, from);
  return copy;
}

/**
 * The platform says where a copy stands, and the hand-over must say the same: by another address, or another server's
 * secret, a stage would reach or overwrite what is not the copy's before any guard looks at the connection.
 */
function refuseOtherPlace(copy: CopyRef, from: HandoverData): void {
  const { host, port, database, adminUser } = copy;
  const own = { host, port, database, adminUser, adminSecretRef: `${copy.id}/admin` };
  for (const name of Object.keys(own) as (keyof typeof own)[]) {
    if (from[name] === own[name]) continue;
    throw new Error(
      `Refused: the hand-over of stage ${from.stage} says that the copy ${copy.id} has the ${name} ${from[name]}, and it has ${own[name]}. ` +
        "Nothing was changed. Run `pulumi refresh`, then `pulumi up`.",
    );
  }
}

/** Where the administrator connects, with the password that rotate made. */
export async function adminTarget(context: StageContext, from: HandoverData): Promise<ConnectionTarget> {
  const secret = await context.platform.secrets.get(from.adminSecretRef);
  const password = secret.password;
  if (password === undefined) throw new Error(`The secret ${from.adminSecretRef} holds no password.`);
  context.hide(password);
  const { host, port, database, adminUser } = from;
  return context.platform.reach({ host, port, database, user: adminUser, password });
}

/**
 * Opens a session on the copy, proves on this very session that it is the copy, and waits until no killed predecessor of
 * the stage is at work, before anyone may use it. `database` defaults to the application's.
 */
export async function withCopy<T>(
  context: StageContext,
  from: HandoverData,
  use: (copy: CopySession) => Promise<T>,
  database: string = from.database,
): Promise<T> {
  const name = applicationName(from);
  return guarded(context, from, database, name, (copy) =>
    withStageLock(copy, name, context.log, () => use(copy), { everyMs: 50 }),
  );
}

/** One more session beside the stage's own, for work that runs side by side; it goes through the same guard. */
export function withWorker<T>(
  context: StageContext,
  from: HandoverData,
  use: (copy: CopySession) => Promise<T>,
): Promise<T> {
  return guarded(context, from, from.database, `${applicationName(from)} worker`.slice(0, 63), use);
}

async function guarded<T>(
  context: StageContext,
  from: HandoverData,
  database: string,
  name: string,
  use: (copy: CopySession) => Promise<T>,
): Promise<T> {
  await expectCopy(context, from);
  const target = { ...(await adminTarget(context, from)), database };
  const expected = await context.platform.expectedIdentity(from.copyId);
  const forbidden = [await context.platform.productionIdentity(from.source)];
  return withSession(target, { applicationName: name }, async (session) =>
    use(await assertIsCopy(session, expected, forbidden)),
  );
}

/** A stage finds the statement of its killed predecessor by this name; PostgreSQL keeps 63 bytes of it. */
export function applicationName(from: HandoverData): string {
  return `prodcopy ${from.stage} ${from.copyId}`.slice(0, 50).trim();
}
