import type { Platform } from "../platforms/platform";
import type { Log, Proof } from "../postgres/proof";
import type { StageDetails } from "../report/model";

/** What every stage is given besides its own inputs. */
export interface StageContext {
  platform: Platform;
  /** Progress for the person who waits; goes to the terminal and to the report's events. Redacted. */
  log: Log;
  /** Names a value that must never be shown: from here on it is cut from every line, error and report of this stage. */
  hide(secret: string): void;
}

/** What a stage hands back: its outputs for the state, and its section of the report. */
export interface StageOutcome<O> {
  outs: O;
  summary: string;
  proofs: Proof[];
  notProven?: string[];
  details?: StageDetails;
}

/** Facts about the stack that every stage's inputs carry. */
export interface CommonInputs {
  stage: string;
  /** Bumped when a stage's behaviour changes; recorded by an update that does nothing else. */
  revision: number;
  platform: "local" | "aws";
  /** The settings of the platform `aws`, see `platforms/aws/settings.ts`; no secret is among them. A change is recorded; `open` and `switch` carry it out. */
  aws?: object;
  stack: string;
  /** Production's configured name. */
  source: string;
  /** The environment's name. */
  environment: string;
  /** Empty until the snapshot has decided it. */
  generation: string;
}
