/**
 * What the pipeline asks of the place where databases and applications run. `local` keeps real PostgreSQL servers on
 * this machine; `aws` keeps RDS instances. Every method is idempotent: a stage that was killed half-way calls it
 * again and ends the same. Every method that changes something returns the proofs that the report shows.
 */
import type { ConnectionTarget } from "../postgres/connection";
import type { ServerIdentity } from "../postgres/guard";
import type { Log, Proof, Proven } from "../postgres/proof";

/** Who something belongs to; written by the very call that creates it, so that a sweep can find it after a kill. */
export interface Label {
  stack: string;
  generation: string;
  owner: string;
  /** ISO 8601; after this moment `prodcopy status` says that the copy has expired. */
  expiresAt: string;
}

/** `latest` (automatic or manual, the newest complete one), `new` (taken by this stack), `clone` (Aurora: of the running cluster), or an identifier. */
export type SnapshotPin = "latest" | "new" | (string & {});

export interface SnapshotRef {
  id: string;
  /** The production server that it was taken from, by the platform's name for it. */
  source: string;
  kind: "automatic" | "manual";
  /** ISO 8601, when the data was current. */
  createdAt: string;
  sizeBytes: number;
  serverVersion: string;
}

export interface CopyRef {
  /** `<stack>-<generation>`: deterministic, so that a killed restore finds what it left. */
  id: string;
  /** The platform's own identity of this one server (RDS: DbiResourceId); a new one for every restore. */
  resourceId: string;
  host: string;
  port: number;
  /** The application's database on the server. */
  database: string;
  /** The administrator that came along from production. */
  adminUser: string;
  label: Label;
}

/** Who may connect to the copy: nobody but the platform itself, the runner while roles are proven, the runner, the application. */
export type Admission = "sealed" | "rotating" | "quarantine" | "open";

/** Production, as the pipeline may know it: named so that it can be refused, read-only where it can be read. */
export interface ProductionRef {
  source: string;
  host: string;
  port: number;
  database: string;
  resourceId: string;
  adminUser: string;
}

/**
 * The setting that says which sanitised copy the environment stands on: the copy's generation. Absent on the old database;
 * the application shows it and checks it against its server's name.
 */
export const generationSetting = "PRODCOPY_GENERATION";

/** Values of the application environment that the pipeline may set; the names are the environment's own. */
export type EnvironmentSettings = Record<string, string>;

export interface EnvironmentState {
  name: string;
  /** The platform's identity of this one environment: another one under the same name is refused. */
  id: string;
  url: string;
  status: "Ready" | "Updating" | "Stopped";
  health: "Ok" | "Degraded" | "Unknown";
  /** Without secrets: RDS_PASSWORD is shown as a fingerprint. */
  settings: EnvironmentSettings;
  claimedBy: string | undefined;
}

export interface EnvironmentChange {
  environment: string;
  environmentId: string;
  stack: string;
  /** Plain settings, set exactly; all others stay as they are. */
  settings: EnvironmentSettings;
  /** Setting name to the reference of the secret that holds its value; resolved by the platform, never passed on. */
  secretSettings: Record<string, string>;
}

/** What secrets look like from outside: a name. Values are written and read by the code that needs them at run time. */
export interface SecretStore {
  put(ref: string, value: Record<string, string>, label: Label): Promise<void>;
  get(ref: string): Promise<Record<string, string>>;
  remove(ref: string): Promise<void>;
}

/** What is known of the room on the disk of a copy's server. */
export interface FreeRoom {
  /** Bytes that may still be written; Infinity where storage grows by itself; undefined when it is not known. */
  bytes: number | undefined;
  /** Whose word it is, for messages ("as ... says"); why it is not known where it is not. */
  by: string;
  /** What a person should know beside it, as a sentence without a full stop. */
  remark?: string;
}

export interface RestoreRequest {
  snapshotId: string;
  source: string;
  copyId: string;
  label: Label;
}

export interface Platform {
  readonly name: "local" | "aws";
  readonly secrets: SecretStore;
  /**
   * How long a copy may be out of reach before a stage gives up, in milliseconds: a network or a tunnel between may break for a while.
   * Default 0: a server of this machine that does not answer is gone.
   */
  readonly awayMs?: number;
  /** What is on every server and belongs to the platform, not to production: stages leave it alone. */
  readonly own: { roles: string[]; databases: string[] };

  /** The same target as it is dialled from here: encrypted as this platform's servers want it. Everything that connects goes through this. */
  reach(target: ConnectionTarget): Promise<ConnectionTarget>;

  /** Production by its configured name. Reads only. @throws when it is unknown. */
  production(source: string): Promise<ProductionRef>;
  /** Where to open a read-only session on production, or undefined when its credential is not known. */
  productionTarget(source: string): Promise<ConnectionTarget | undefined>;

  /** Resolves a pin without changing anything. `new` answers what would be taken. @throws when nothing fits. */
  resolveSnapshot(source: string, pin: SnapshotPin): Promise<SnapshotRef>;
  /** Takes a snapshot under a deterministic name, or returns the complete one of that name. */
  takeSnapshot(
    source: string,
    id: string,
    label: Label,
    purpose: "copy" | "safety",
    log: Log,
  ): Promise<Proven<SnapshotRef>>;
  /** Proves that a snapshot is there and complete. */
  inspectSnapshot(source: string, id: string): Promise<Proven<SnapshotRef>>;
  /** Removes a snapshot of ours; refuses any other and never removes a safety snapshot. */
  removeSnapshot(id: string, stack: string): Promise<void>;

  /** A new server from a snapshot, quarantined from its first moment. Takes over or deletes what a killed restore left. */
  restore(request: RestoreRequest, log: Log): Promise<Proven<CopyRef>>;
  /** The copy as the platform sees it now, or undefined when it is gone. */
  describe(copyId: string): Promise<CopyRef | undefined>;
  /**
   * After a failure on the copy: what is wrong with its server that the lost connection does not say, as a sentence or two with what to
   * do, e.g. that its disk is full. Undefined when nothing is known.
   */
  troubleOf(copyId: string): Promise<string | undefined>;
  /** What is left on the disk of the copy's server, before a stage that writes much. */
  freeRoom(copyId: string): Promise<FreeRoom>;
  /** Sets the administrator's password by the platform's own way in, without knowing the earlier one. */
  setAdminPassword(copyId: string, password: string): Promise<Proof[]>;
  /** Changes who may connect. `open` is reached by `openQuarantine` only. */
  admit(copyId: string, admission: Exclude<Admission, "open">): Promise<Proof[]>;
  /** Ends the quarantine: working settings, then the application's login. */
  openQuarantine(copyId: string, applicationUser: string, log: Log): Promise<Proof[]>;
  /** Nothing of the earlier contents is left in what PostgreSQL cannot show by SQL: write-ahead log, temporary files, logs. */
  clearStorageResidue(copyId: string, log: Log): Promise<Proof[]>;
  /** Writes owner and expiry of a copy anew. */
  relabel(copyId: string, label: Label): Promise<void>;
  /** Stops and removes a copy after checking its label. A copy that is already gone is fine. */
  removeCopy(copyId: string, stack: string): Promise<void>;
  /** Facts that only the platform knows about the server behind an open connection; see `postgres/guard.ts`. */
  expectedIdentity(copyId: string): Promise<ServerIdentity>;
  /** The identity that production's server shows, to be refused. */
  productionIdentity(source: string): Promise<ServerIdentity>;

  readEnvironment(name: string): Promise<EnvironmentState>;
  /** Claims the environment for a stack and saves its present values where put-back finds them. Refused when another stack holds it. */
  claim(name: string, stack: string, names: string[]): Promise<Proven<EnvironmentState>>;
  /** Sets exactly these settings, waits for Ready and healthy; puts the earlier values back and throws when it does not come up. */
  setEnvironment(change: EnvironmentChange, log: Log): Promise<Proof[]>;
  /** Puts back the values of before the claim, only where the environment still shows what this stack set. */
  putBack(name: string, stack: string, log: Log): Promise<Proof[]>;
  /** Gives the claim up. */
  releaseClaim(name: string, stack: string): Promise<void>;

  /** Removes everything that carries the stack's label: servers, folders, snapshots for copies, secrets, claims. Names each. */
  sweep(stack: string, log: Log): Promise<string[]>;
  /** Copies of every stack that stand on this platform. */
  listCopies(): Promise<CopyRef[]>;
}
