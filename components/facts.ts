import type { AwsSettings } from "../platforms/aws/settings";

/** What every stage of a stack has in common; parsed once from the configuration. */
export interface StackFacts {
  platform: "local" | "aws";
  stack: string;
  /** Production's configured name. */
  source: string;
  /** The environment that is pointed at the copy. */
  environment: string;
  /** The platform's settings, on `aws`. No secret is among them. */
  aws?: AwsSettings;
}
