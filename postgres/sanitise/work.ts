import type { ForeignKey } from "../catalogue";
import type { TableResult } from "./result";

/**
 * What is to be done with one table, decided once before anything changes and kept in `prodcopy.work`: a run that is taken up
 * again finds the catalogue half-way, and must not decide anew. Holds rules and names, no values of rows.
 */
export interface TableWork {
  schema: string;
  table: string;
  oid: number;
  owner: string;
  strategy: TableResult["strategy"];
  reason: string;
  /** As it stands after FROM: `ONLY` where other tables inherit from it, since each of them has a work of its own. */
  source: string;
  /** Whether its rows stand in partitions. */
  partitioned: boolean;
  /** `ALTER TABLE` clauses of the one rewrite. */
  alter: string[];
  /** For a table whose columns `ALTER TABLE` does not reach: every column that is stored, with what it becomes. */
  refill: { column: string; value: string }[] | undefined;
  /** Statements after the rewrite, in its transaction: settings that `ALTER TYPE` resets. */
  after: string[];
  /** Whether an expression of the rules stands in it, which `ALTER TABLE` may refuse though a query takes it. */
  byHand: boolean;
  /** Rows that go: by TRUNCATE, or by condition. */
  remove: { how: "truncate" } | { how: "delete"; where: string } | undefined;
  /** The table must be written anew by VACUUM FULL, because no rewrite of ours does it. */
  full: boolean;
  /** SQL that answers the marks of what stood there: rows of `(kind, h, kept)`, or undefined. */
  collect: string | undefined;
  /** The same marks of the columns that are compared whole after the run: rows of `(col, kind, h)`, columns by `whole`. */
  compare: string | undefined;
  /** Columns that hold single values of the run's making. */
  whole: string[];
  /** What may stand in a kept column by the rules' word, by column: kinds of the leak scan. */
  expected: Record<string, string[]>;
  misfits: Misfits[];
  /** Columns that must be the same afterwards, quoted. */
  keptColumns: string[];
  /** SQL for a number that stands for what is kept of a row (`fingerprint.ts`); undefined where nothing is. */
  fingerprint: string | undefined;
  /** The columns' part of the report. */
  columns: TableResult["columns"];
}

/** A column of which some values may not have the shape that its format asks for; see `swaps.ts`. */
export interface Misfits {
  /** Quoted. */
  column: string;
  /** Under which condition the mask acts. */
  acts: string;
  format: string;
}

/** Something that a rewrite does not tolerate, taken off before and put back exactly after. */
export interface Detached {
  /** For messages, e.g. `view public.member_list`. */
  object: string;
  drop: string;
  /** Statements that put it back, in order. */
  restore: string[];
  /** A materialised view that was populated: its quoted name. */
  refresh: string | undefined;
  /** Of a foreign key: what it says. While it is off the catalogue still answers it, for rules that are bound again. */
  foreignKey?: ForeignKey;
}

export function nameOf(work: { schema: string; table: string }): string {
  return `${work.schema}.${work.table}`;
}
