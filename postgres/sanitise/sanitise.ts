import { withTransaction } from "../connection";
import type { CopySession } from "../guard";
import { openJournal, type Journal } from "../journal";
import type { Log } from "../proof";
import { findBudget, type Budget } from "./budget";
import { scanCatalogueText } from "./catalogueText";
import { checkAfterwards } from "./constraints";
import { notProvenOfKeys } from "./danglingKeys";
import { fileEvidence } from "./evidence";
import { putBack } from "./detach";
import { dropForeignTables } from "./foreignTables";
import { leakScan } from "./leakScan";
import { placeOf, refuseLeaks } from "./leaks";
import { setTestLogins, type TestLoginResult } from "./logins";
import { isWritten, maskTables } from "./maskTables";
import { namedAddresses } from "./namedAddresses";
import { refuseOtherDatabases } from "./otherDatabases";
import { withOwners } from "./owners";
import type { SanitisePlan } from "./plan";
import { withCrew, type Crew } from "./crew";
import { assertSameRules, countMedia, decideOnce, prepare, stage } from "./prepare";
import { clearCatalogueResidue, removeLargeObjects } from "./residue";
import { freeOnServer, toldDisk, type ToldRoom } from "./room/free";
import { readNeeds } from "./room/need";
import { Room, roomText } from "./room/room";
import type { LeakFinding, SanitiseResult } from "./result";
import { refreshStatistics } from "./statistics";
import { rememberStructure } from "./structure";
import { refreshedViews, summarise, workspaceGone } from "./summary";
import type { TableWork } from "./work";
import { dropWorkspace, settle } from "./workspace";

export { findOtherDatabases } from "./otherDatabases";
export type { TestLoginResult } from "./logins";

export interface SanitiseRequest {
  /** A session that was proven to be the copy, used by nobody else. */
  copy: CopySession;
  plan: SanitisePlan;
  /** One more session on the same copy, through the same guard. */
  openSession: <T>(use: (session: CopySession) => Promise<T>) => Promise<T>;
  /** The server's identity, for the journal. */
  resourceId: string;
  runId: string;
  log: Log;
  /** How many sessions work on tables side by side. Default: one to a processor of the server, as far as that can be told. */
  workers?: number;
  /** How much may be written beside the data, where somebody knows. Default: the server is asked. */
  room?: ToldRoom;
  /**
   * Whether the whole server is the copy, as in the pipeline: then no other database may hold anything, and comments and
   * settings of roles and databases are looked through. Default true; false leaves everything beside this database alone.
   */
  wholeServer?: boolean;
}

export interface Sanitised {
  result: SanitiseResult;
  /** Passwords of the accounts that the rules name. For the secret store, never for a log. */
  testLogins: TestLoginResult[];
}

/**
 * Carries a plan out on one database and proves it: refuses what it cannot handle before anything changes, hashes what
 * identifies, masks every table in one rewrite, then looks for what is left. May be killed at any moment and called again
 * with the same plan: the journal knows the finished steps, and the key stays in the copy until all is proven. Called
 * again after the end, it answers the same result and gives the test logins new passwords.
 * @throws when something is refused, when a leak is found, or when anything but the masks has changed. The copy then stays
 *   in quarantine with what was done so far; new rules need a new copy.
 */
export async function sanitise(request: SanitiseRequest): Promise<Sanitised> {
  const { copy, log, wholeServer = true } = request;
  const journal = await openJournal(copy, request);
  const budget = await findBudget(copy, request.workers);
  await settle(copy, budget);
  if (wholeServer) await refuseOtherDatabases(copy);
  return withOwners(copy, log, () => carryOut(request, journal, budget));
}

async function carryOut(request: SanitiseRequest, journal: Journal, budget: Budget): Promise<Sanitised> {
  const { copy, plan, log } = request;
  if (!(await journal.stepDone(stage, "proven"))) {
    // First, so that the structure which is compared afterwards is already without them.
    await dropForeignTables(copy, plan);
    const started = Date.now();
    const { works, checked: room } = await decideOnce(copy, journal, plan, (decided) =>
      findRoom(request, journal, decided, budget),
    );
    await withCrew({ ...request, journal, budget }, (crew) =>
      maskAndProve(request, { journal, works, crew, room }, started),
    );
  }
  const proven = (await journal.finished(stage)).find((step) => step.step === "proven");
  const { digest, result } = JSON.parse(proven?.note ?? "") as { digest: string; result: SanitiseResult };
  assertSameRules(digest, plan);
  const testLogins = await setTestLogins(copy, plan.testLogins);
  const residue = await clearCatalogueResidue(copy);
  result.residue.checks.push(...residue.checks);
  result.residue.notProven.push(...residue.notProven);
  log(`sanitised ${plan.database}: ${result.coverage.masked} columns masked, ${result.coverage.kept} kept`);
  return { result, testLogins };
}

/** Room for what is left to do. @throws when there is too little of it. */
async function findRoom(
  { copy, room, log }: SanitiseRequest,
  journal: Journal,
  works: TableWork[],
  budget: Budget,
): Promise<Room> {
  const needs = await readNeeds(copy, journal, stage, works, budget);
  const disks = room === undefined ? await freeOnServer(copy) : [toldDisk(room)];
  const found = Room.find(needs, disks, budget.workers);
  log(roomText(found.plan));
  return found;
}

/** All work, and the result of it in the journal; key and hashes go in the same transaction. */
async function maskAndProve(
  request: SanitiseRequest,
  { journal, works, crew, room }: { journal: Journal; works: TableWork[]; crew: Crew; room: Room },
  started: number,
): Promise<void> {
  const { copy, plan, log, wholeServer = true } = request;
  const written = works.filter(isWritten).length;
  log(`${works.length} tables, ${written} of them to be written, ${crew.size} side by side`);
  await prepare({ copy, journal }, crew, works, log);
  await maskTables({ copy, journal }, crew, room, works, log);
  await journal.step(stage, "large objects", async () => {
    if (plan.largeObjects === "remove") return `${await removeLargeObjects(copy)} removed`;
  });
  const staleStatistics = await refreshStatistics(copy, crew, works);
  const { counts, constraints } = await checkAfterwards(copy, crew, works);
  log(`constraints: ${constraints.checked} are there and hold`);
  const files = await fileEvidence(copy, works);
  const named = namedAddresses(plan);
  const scan = await leakScan(copy, {
    allowedDomains: plan.allowedDomains,
    named,
    tables: works,
    before: true,
    crew,
    rows: [...counts.values()].reduce((sum, one) => sum + one.after, 0),
    log,
  });
  const texts = await withTransaction(copy, async () => {
    const scanned = await scanCatalogueText(copy, { ...plan, named }, wholeServer);
    await rememberStructure(copy);
    return scanned;
  });
  refuseLeaks([...scan.findings, ...texts.findings]);
  scan.suspicious.push(...texts.suspicious);
  const { tables, coverage } = summarise(works, counts, await secondsOf(journal));
  const result: SanitiseResult = {
    database: plan.database,
    tables: [...tables, ...refreshedViews(counts, works)],
    coverage,
    leakScan: scan,
    residue: {
      checks: [...files.checks, workspaceGone(), ...texts.proofs],
      notProven: [
        ...files.notProven,
        ...staleStatistics,
        ...(await notProvenOfKeys(copy)),
        beyondTheScan,
        ...scan.suspicious.map(worthALook),
      ],
    },
    constraints,
    media: await countMedia(copy, plan),
    packs: plan.packs,
    seconds: (Date.now() - started) / 1000,
  };
  await journal.step(stage, "proven", async () => {
    await putBack(copy, true);
    await dropWorkspace(copy);
    return JSON.stringify({ digest: plan.rulesDigest, result });
  });
}

const beyondTheScan =
  "Compressed or encrypted content of binary columns and large objects that the rules keep: the leak scan cannot read it.";

function worthALook(one: LeakFinding): string {
  return `Whether ${placeOf(one)} is a coincidence. Look at the row; mask the column, or say in the rules that it is expected there.`;
}

/** Seconds by table, as the journal noted them. */
async function secondsOf(journal: Journal): Promise<Map<string, number>> {
  const steps = (await journal.finished(stage)).filter((one) => one.step.startsWith("mask "));
  return new Map(steps.map((one) => [one.step.slice("mask ".length), Number(one.note)]));
}
