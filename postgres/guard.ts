import type { Session } from "./connection";

declare const copyBrand: unique symbol;

/**
 * A session on a server that was proven, on this very connection, to be the copy. Everything in `postgres/` that changes
 * something takes this type, and only `assertIsCopy` makes one: a statement cannot reach a server that was not checked.
 */
export type CopySession = Session & { readonly [copyBrand]: true };
