import { qualified, row, rows, type Session } from "../../connection";
import type { Journal } from "../../journal";
import type { Budget } from "../budget";
import { populatedViews } from "../detach";
import { nameOf, type TableWork } from "../work";

/** Bytes by tablespace, by its number. */
export type BySpace = ReadonlyMap<number, number>;

/** What one table, or what else is written anew, takes beside what stands there. */
export interface Need {
  name: string;
  bytes: BySpace;
}

/** The room that a run needs beside the data, all of it estimated from above. */
export interface Needs {
  /** Tables that are rewritten side by side. */
  tables: Need[];
  /** What is written anew one after the other, when the tables are done. */
  alone: Need[];
  /** Log between two checkpoints. */
  logBytes: number;
  /** Hashes of what identifies people, from the beginning to the end. */
  hashes: BySpace;
  /** What is given back before the first rewrite: tables that are emptied. */
  freed: BySpace;
}

/** What was not measured: replacements that are longer than what they replace, pages that are fuller or emptier. */
const margin = 1.1;

/**
 * Hashes, each kept twice for a while and indexed: by the bytes of the tables that they are taken from (on the sample 0.11 of them stays,
 * and nearly twice that stands there while hashes are merged), or for one in each row, where rows are short.
 */
const hashShare = 0.25;
const hashOfRow = 130;

/** What the rest of a run needs: steps that the journal has as done are left out. */
export async function readNeeds(
  copy: Session,
  journal: Pick<Journal, "finished">,
  stage: string,
  works: readonly TableWork[],
  budget: Budget,
): Promise<Needs> {
  const done = new Set((await journal.finished(stage)).map((one) => one.step));
  const sizes = await readSizes(copy, works);
  const of = (work: TableWork) => sizes.filter((one) => one.oid === work.oid);
  const rewritten = works.filter(
    (work) => (work.alter.length > 0 || work.refill !== undefined) && !done.has(`mask ${nameOf(work)}`),
  );
  const anew = works.filter((work) => work.full && !done.has(`anew ${nameOf(work)}`));
  const need = (work: TableWork): Need => ({
    name: nameOf(work),
    bytes: sum(of(work).map((size) => [size.space, beside(work, size, budget)])),
  });
  const tables = rewritten.map(need);
  const hashes = done.has("words and numbers")
    ? []
    : works.flatMap((work) => (work.collect === undefined ? [] : of(work)));
  const emptied = done.has("empty") ? [] : works.filter((work) => work.remove?.how === "truncate");
  const hashed = sum(
    hashes.map((size) => [
      size.own,
      Math.ceil(Math.max((size.heap + size.toast) * hashShare, size.rows * hashOfRow)),
    ]),
  );
  const written = [...tables.flatMap((one) => [...one.bytes.values()]), ...hashed.values()];
  return {
    tables,
    alone: [...anew.map(need), ...(await viewNeeds(copy))],
    logBytes: await logBytes(
      copy,
      written.reduce((all, one) => all + one, 0),
    ),
    hashes: hashed,
    freed: sum(emptied.flatMap(of).map((size) => [size.space, size.heap + size.toast + size.indexes])),
  };
}

interface Size {
  oid: number;
  /** Tablespace of the files, and of the database. */
  space: number;
  own: number;
  /** As the planner knows them. */
  rows: number;
  heap: number;
  toast: number;
  indexes: number;
  /** Of the largest index: sorting for it takes as much again for a while. */
  index: number;
}

/** A rewrite has the old and the new file until it commits; a refill has the rows a third time, set aside. */
function beside(work: TableWork, { heap, toast, indexes, index }: Size, budget: Budget): number {
  const rowBytes = (heap + toast) * (work.refill === undefined ? 1 : 2);
  const sorting = index > budget.maintenanceMb * 1024 * 1024 ? index : 0;
  return Math.ceil((rowBytes + indexes + sorting) * margin);
}

/** Sizes by table and tablespace, partitions and indexes with the table at the top. */
async function readSizes(copy: Session, works: readonly Pick<TableWork, "oid">[]): Promise<Size[]> {
  return rows<Size>(
    copy,
    "measuring tables",
    `with tree as (
       select root, relid from unnest($1::oid[]) root
         cross join lateral (select root::regclass as relid union select relid from pg_partition_tree(root::regclass)) t),
     files as (
       select root, relid as file, pg_relation_size(relid) as heap, pg_table_size(relid) - pg_relation_size(relid) as toast, 0::bigint as index from tree
       union all
       select root, i.indexrelid, 0, 0, pg_relation_size(i.indexrelid) from tree join pg_index i on i.indrelid = tree.relid)
     select root::int as oid, coalesce(nullif(c.reltablespace, 0), d.dattablespace)::int as space, d.dattablespace::int as own,
            greatest(sum(case when c.relkind in ('r', 'm') then c.reltuples end), 0)::float8 as rows, sum(heap)::float8 as heap, sum(toast)::float8 as toast, sum(index)::float8 as indexes, max(index)::float8 as index
       from files join pg_class c on c.oid = file, pg_database d where d.datname = current_database() group by 1, 2, 3`,
    [works.map((work) => work.oid)],
  );
}

/** A materialised view that stays is filled beside its old rows; one that is made again has given them back. */
async function viewNeeds(copy: Session): Promise<Need[]> {
  const found = await rows<{ name: string; space: number; bytes: number }>(
    copy,
    "measuring materialised views",
    `select v.name, coalesce(nullif(c.reltablespace, 0), d.dattablespace)::int as space, pg_total_relation_size(c.oid)::float8 as bytes
       from unnest($1::text[]) v(name) join pg_class c on c.oid = v.name::regclass, pg_database d where d.datname = current_database()`,
    [(await populatedViews(copy)).map(({ schema, table }) => qualified(schema, table))],
  );
  return found.map(({ name, space, bytes }) => ({
    name,
    bytes: new Map([[space, Math.ceil(bytes * margin)]]),
  }));
}

/**
 * The log is given back at every checkpoint, so between two of them stands what the server allows; all of it, where an archive or a
 * slot holds it back.
 */
async function logBytes(copy: Session, written: number): Promise<number> {
  const { most, held } = await row<{ most: number; held: boolean }>(
    copy,
    "asking about the write-ahead log",
    `select (select sum(setting::float8 * 1048576) from pg_settings where name in ('max_wal_size', 'wal_keep_size')) as most,
            exists (select from pg_replication_slots where not temporary)
              or exists (select from pg_stat_archiver where last_failed_time > coalesce(last_archived_time, '-infinity')) as held`,
  );
  return held ? written : Math.min(written, most);
}

function sum(parts: (readonly [number, number])[]): Map<number, number> {
  const bytes = new Map<number, number>();
  for (const [space, size] of parts) bytes.set(space, (bytes.get(space) ?? 0) + size);
  return bytes;
}
