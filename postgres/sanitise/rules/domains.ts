import type { MaskSpec } from "../plan";
import { identifiers } from "./domains/identifiers";
import { people } from "./domains/people";
import type { Transformation } from "./domains/transformation";
import { values } from "./domains/values";

export { inner, type Transformation } from "./domains/transformation";

/**
 * The one table of transformations: what each means, which columns it takes, what it promises.
 *
 * Of all of them: NULL stays NULL and the empty string stays empty, unless the meaning says otherwise; the result fits the
 * column's length; the same value under the same transformation and parameters has the same result in every table of
 * the run; the result of one that identifies is no value that stood there before.
 */
export const transformations: Record<MaskName, Transformation> = { ...people, ...identifiers, ...values };

export type MaskName = MaskSpec["with"];

export const maskNames = Object.keys(transformations) as MaskName[];
