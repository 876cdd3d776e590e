import type { Proof } from "../postgres/proof";
import type { SanitiseResult } from "../postgres/sanitise/result";
import type { StageName } from "./story";

/** Everything that the report says. Written by the stages as they go, so that a failed run has a report too. No values, no secrets. */
export interface Report {
  version: 1;
  stack: string;
  generation: string;
  runId: string;
  platform: "local" | "aws";
  source: string;
  environment: string;
  startedAt: string;
  finishedAt: string | undefined;
  /** When this view was put together, ISO 8601. Ages and "running" are true as of this moment. */
  asOf: string;
  verdict: RunState;
  /** When the copy was removed; undefined while it stands. */
  closedAt: string | undefined;
  stages: StageReport[];
}

/** `interrupted`: the process that ran it ended without a word (killed, or the machine went down). Only readers see it; no stage writes it. */
export type RunState = "done" | "running" | "failed" | "interrupted";

export interface StageReport {
  stage: StageName;
  state: RunState;
  startedAt: string;
  seconds: number | undefined;
  /** One sentence for the picture of the pipeline, e.g. "41 tables, 96 columns masked". */
  summary: string;
  proofs: Proof[];
  /** What could not be proven here, and by what other means it is relied on. */
  notProven: string[];
  /** The redacted error of a failed stage. */
  error: string | undefined;
  details: StageDetails;
}

export interface StageDetails {
  snapshot?: {
    id: string;
    createdAt: string;
    sizeBytes: number;
    serverVersion: string;
    safetySnapshotId?: string;
  };
  copy?: { id: string; resourceId: string; host: string; port: number; database: string; expiresAt: string };
  roles?: { name: string; outcome: string }[];
  cut?: { kind: string; database: string; name: string; action: string }[];
  sanitise?: SanitiseResult;
  migrations?: { name: string; outcome: "applied" | "already there" }[];
  environment?: { name: string; url: string; set: string[] };
}
