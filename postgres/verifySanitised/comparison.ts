import type { Catalogue, CatalogueColumn, CatalogueTable } from "../catalogue";
import { qualified, rows, run, type Session } from "../connection";
import type { Log } from "../proof";
import type { SanitisePlan, TablePlan } from "../sanitise/plan";
import { readAs } from "../sanitise/workspace";
import type { Verification } from "./verification";

/** A sanitised database and its original, side by side. */
export interface Comparison {
  copy: Session;
  source: Session;
  plan: SanitisePlan;
  /** The copy's. */
  catalogue: Catalogue;
  /** Key of the hashes, a whole number. */
  seed: string;
  /** How many rows of a table are compared at most when cells are compared one by one; undefined for all. */
  sample: number | undefined;
  log: Log;
}

export type Compared = Pick<Verification, "findings" | "suspicious" | "notProven"> & {
  compared: Partial<Verification["compared"]>;
};

export function nothingFound(): Compared {
  return { findings: [], suspicious: [], notProven: [], compared: {} };
}

/** A table of both, with what the rules make of it. */
export interface Pair {
  plan: TablePlan;
  table: CatalogueTable;
  /** Quoted. */
  name: string;
  /** A condition on the source's rows: those that stay. */
  stays: string;
}

/** The tables that hold rows of their own or of their partitions, as far as the source has them. */
export async function pairsOf({
  source,
  plan,
  catalogue,
}: Comparison): Promise<{ pairs: Pair[]; missing: TablePlan[] }> {
  const there = await rows<{ schema: string; table: string }>(
    source,
    "listing the source's tables",
    `select n.nspname::text as schema, c.relname::text as table from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')`,
  );
  const names = new Set(there.map((one) => JSON.stringify([one.schema, one.table])));
  const pairs: Pair[] = [];
  const missing: TablePlan[] = [];
  for (const one of plan.tables.filter((table) => table.partitionOf === undefined)) {
    const table = catalogue.tables.find((known) => known.schema === one.schema && known.name === one.table);
    if (table === undefined || !names.has(JSON.stringify([one.schema, one.table]))) missing.push(one);
    else {
      const stays =
        one.action === "truncate" ? "false" : one.where === undefined ? "true" : `(${one.where}) is not true`;
      pairs.push({ plan: one, table, name: qualified(one.schema, one.table), stays });
    }
  }
  return { pairs, missing };
}

/** Columns with what becomes of them, generated ones left out. */
export function columnsOf({
  plan,
  table,
}: Pair): { facts: CatalogueColumn; plan: TablePlan["columns"][number] }[] {
  return plan.columns.flatMap((one) => {
    const facts = table.columns.find((column) => column.name === one.name);
    return facts === undefined || facts.generated ? [] : [{ facts, plan: one }];
  });
}

/** How many rows cross a connection at once. */
const batch = 20_000;

/** Reads a query in batches, in one read-only transaction with the table's schema in the search path. */
export async function inBatches<R extends object>(
  session: Session,
  schema: string,
  doing: string,
  query: string,
  use: (part: R[]) => Promise<void>,
): Promise<void> {
  await run(session, doing, "begin transaction read only");
  try {
    await readAs(session, schema);
    await run(session, doing, `declare verification no scroll cursor for ${query}`);
    for (;;) {
      const part = await rows<R>(session, doing, `fetch ${batch} from verification`);
      if (part.length === 0) break;
      await use(part);
    }
  } finally {
    await session.query("rollback").catch(() => undefined);
  }
}

/** The only row of a query, with the table's schema in the search path, as rules' conditions are read. */
export async function oneRow<R extends object>(
  session: Session,
  schema: string,
  doing: string,
  query: string,
): Promise<R | undefined> {
  let found: R | undefined;
  await inBatches<R>(session, schema, doing, query, (part) => {
    found ??= part[0];
    return Promise.resolve();
  });
  return found;
}
