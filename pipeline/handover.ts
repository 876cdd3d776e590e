import type { StageName } from "../report/story";

/**
 * What a stage hands to the next one: which server, which generation, and where its administrator's secret stands.
 * Holds no secret, so it may stand in state, in a preview and in the report.
 */
export interface HandoverData {
  /** The stage that hands it over. */
  stage: StageName;
  generation: string;
  platform: "local" | "aws";
  /** Production's configured name: the server that must never be this one. */
  source: string;
  copyId: string;
  resourceId: string;
  host: string;
  port: number;
  database: string;
  adminUser: string;
  /** Name of the administrator's secret in the platform's secret store. */
  adminSecretRef: string;
  rulesDigest: string;
  /** One run of the pipeline for one generation. */
  runId: string;
}
