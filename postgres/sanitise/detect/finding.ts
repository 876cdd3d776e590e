import type { Kind } from "./kinds";
import type { JsonPlace } from "./jsonKeys";

export type Action = "mask" | "keep" | "review";

/** What the detector thinks of a column. */
export interface Finding {
  action: Action;
  /** What it holds; undefined where nothing speaks for anything personal. */
  kind: Kind | undefined;
  /** How sure the action is, from 0 to 1; of `review` how likely something personal is in it. */
  confidence: number;
  reasons: string[];
  /** For JSON: where in it. */
  places: JsonPlace[];
  /** A list of addresses in one text. */
  list: boolean;
}
