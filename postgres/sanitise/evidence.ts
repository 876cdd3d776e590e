import { row, rows, run } from "../connection";
import type { CopySession } from "../guard";
import { proof, type Proof } from "../proof";
import { userSchemas } from "./structure";
import { nameOf, type TableWork } from "./work";

/** Every file of the tables at these roots: rows, TOAST, indexes, of all partitions. Rows of `(root, relation, kind)`. */
const filesOf = (roots: string) => `
  select tree.root, f.relation, f.kind from (select root, relid::oid from unnest(${roots}) root cross join lateral (
      select root::regclass as relid union select relid from pg_partition_tree(root::regclass)) t) tree
    join pg_class c on c.oid = tree.relid
    cross join lateral (
      select c.oid as relation, 'rows' as kind union all select c.reltoastrelid, 'toast' where c.reltoastrelid <> 0
      union all select i.indexrelid, 'index' from pg_index i where i.indrelid in (c.oid, nullif(c.reltoastrelid, 0))) f
   where pg_relation_filenode(f.relation) is not null`;

/** Keeps the numbers and places of the files that are to be replaced. Within the caller's transaction, before anything changes. */
export async function rememberFiles(copy: CopySession, works: readonly TableWork[]): Promise<void> {
  await run(
    copy,
    "noting the tables' files",
    `insert into prodcopy.file select f.root, pg_relation_filenode(f.relation), pg_relation_filepath(f.relation) from (${filesOf("$1::oid[]")}) f`,
    [changed(works).map((work) => work.oid)],
  );
}

const changed = (works: readonly TableWork[]) => works.filter((work) => work.strategy !== "kept");

/**
 * What shows over SQL that nothing of before is left in the tables' files, on a server whose files nobody can read. Called when
 * everything is masked and analysed.
 * @throws when a table still stands in a file of before, or dropped columns were passed by.
 */
export async function fileEvidence(
  copy: CopySession,
  works: readonly TableWork[],
): Promise<{ checks: Proof[]; notProven: string[] }> {
  const oids = changed(works).map((work) => work.oid);
  if (oids.length === 0) return { checks: [], notProven: [] };
  const checks = [await newFiles(copy, works, oids), await droppedColumns(copy, oids)];
  const notProven: string[] = [];
  for (const look of [oldFiles, deadRows, analysed]) {
    const seen = await look(copy, oids);
    if (typeof seen === "string") notProven.push(seen);
    else checks.push(seen);
  }
  return { checks, notProven };
}

async function newFiles(copy: CopySession, works: readonly TableWork[], oids: number[]): Promise<Proof> {
  const found = await row<{ files: number; before: number; same: number[] }>(
    copy,
    "looking at the tables' files",
    `select (select count(*)::int from prodcopy.file) as before, count(*)::int as files,
            coalesce(array_agg(distinct f.root::int) filter (where exists (
              select from prodcopy.file b where b.filenode = pg_relation_filenode(f.relation))), '{}') as same
       from (${filesOf("$1::oid[]")}) f`,
    [oids],
  );
  if (found.same.length > 0) {
    const names = works.filter((work) => found.same.includes(work.oid)).map(nameOf);
    throw new Error(
      `these tables should have been written anew and still stand in a file of before: ${names.join(", ")}. ` +
        "The copy stays in quarantine. Make a new one once the cause is known",
    );
  }
  return proof(
    "Every table that was changed or had dropped columns stands in new files, with its TOAST and its indexes.",
    `by pg_relation_filenode: ${found.files} files of ${oids.length} tables (of ${works.length}; the others are kept as they were), none of them among the ${found.before} of before`,
  );
}

/** PostgreSQL never forgets that there was a column; its values go when the rows are written anew. */
async function droppedColumns(copy: CopySession, oids: number[]): Promise<Proof> {
  const found = await rows<{ name: string; anew: boolean }>(
    copy,
    "looking for dropped columns",
    `select distinct c.oid::regclass::text as name, exists (select from (${filesOf("$1::oid[]")}) f where f.relation = c.oid) as anew
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where a.attisdropped and c.relkind = 'r' and ${userSchemas}`,
    [oids],
  );
  const passed = found.filter((one) => !one.anew).map((one) => one.name);
  if (passed.length > 0) {
    throw new Error(
      `these tables have dropped columns and were not written anew, so the values of then stand in their rows: ${passed.join(", ")}. ` +
        "The copy stays in quarantine. Make a new one once the cause is known",
    );
  }
  return proof(
    "No row holds a value of a dropped column.",
    `by pg_attribute: ${found.length} tables have dropped columns, each of them is among those written anew`,
  );
}

/** A file that is given up is cut to nothing at once, and its name goes with the next checkpoint. */
async function oldFiles(copy: CopySession): Promise<Proof | string> {
  const { may } = await row<{ may: boolean }>(
    copy,
    "asking for the right to look at files",
    "select has_function_privilege('pg_catalog.pg_stat_file(text, boolean)', 'execute') as may",
  );
  if (!may) {
    return "That the files of before are gone from the disk: PostgreSQL gives them up when a rewrite is committed, but this login may not look into the server's folders.";
  }
  const found = await row<{ files: number; bytes: string }>(
    copy,
    "looking for files of before",
    `select count(*)::int as files, coalesce(sum((pg_stat_file(path || part, true)).size), 0)::text as bytes
       from prodcopy.file, unnest(array['', '.1', '_fsm', '_vm', '_init']) part`,
  );
  if (found.bytes !== "0") {
    return `That the files of before are gone from the disk: ${found.bytes} bytes of them are still there. A checkpoint, or the end of a session that has them open, removes them.`;
  }
  return proof(
    "The files of before are gone, or empty until the next checkpoint.",
    "by pg_stat_file: 0 bytes at their places",
  );
}

/**
 * All pages of all rewritten tables, by pgstattuple where it is there or may be made for the moment. The functions of pageinspect answer
 * superusers only, whoever made the extension; those of pgstattuple also pg_stat_scan_tables, as on RDS.
 */
async function deadRows(copy: CopySession, oids: number[]): Promise<Proof | string> {
  const claim = "No page of a rewritten table holds a row that was deleted or replaced.";
  const [installed] = await rows<{ schema: string }>(
    copy,
    "looking for pgstattuple",
    "select n.nspname::regnamespace::text as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pgstattuple'",
  );
  await run(copy, "counting dead rows", "begin");
  try {
    if (installed === undefined) {
      await run(copy, "counting dead rows", "create extension pgstattuple with schema prodcopy");
    }
    const found = await row<{ dead: string; tables: number }>(
      copy,
      "counting dead rows",
      `select coalesce(sum(s.dead_tuple_count), 0)::text as dead, count(*)::int as tables from (${filesOf("$1::oid[]")}) f,
         lateral ${installed?.schema ?? "prodcopy"}.pgstattuple(f.relation::regclass) s where f.kind <> 'index'`,
      [oids],
    );
    if (found.dead === "0") {
      return proof(
        claim,
        `by pgstattuple: 0 dead rows in all pages of ${found.tables} tables and TOAST tables`,
      );
    }
    return `That no row of before is in the pages of rewritten tables: pgstattuple counts ${found.dead} dead rows there, of the new files; somebody wrote to them.`;
  } catch {
    const { dead } = await afterRollback(copy, oids);
    return `That no page of a rewritten table holds a dead row was not counted: pgstattuple is not there for this login. The server's own estimate is ${dead} (pg_stat_all_tables); a rewrite copies none.`;
  } finally {
    // The extension was for the moment.
    await copy.query("rollback").catch(() => undefined);
  }
}

async function afterRollback(copy: CopySession, oids: number[]): Promise<{ dead: string }> {
  await copy.query("rollback");
  return row(
    copy,
    "reading the estimate of dead rows",
    `select coalesce(sum(s.n_dead_tup), 0)::text as dead from (${filesOf("$1::oid[]")}) f join pg_stat_all_tables s on s.relid = f.relation`,
    [oids],
  );
}

async function analysed(copy: CopySession, oids: number[]): Promise<Proof | string> {
  const found = await row<{ tables: number; renewed: number }>(
    copy,
    "asking when tables were analysed",
    `select count(*)::int as tables, count(*) filter (where s.last_analyze >= j.started_at)::int as renewed
       from (${filesOf("$1::oid[]")}) f join pg_class c on c.oid = f.relation and c.relkind = 'r' join pg_stat_all_tables s on s.relid = f.relation
       cross join (select min(started_at) as started_at from prodcopy.journal where stage = 'sanitise') j
      where f.kind = 'rows'`,
    [oids],
  );
  if (found.renewed < found.tables) {
    return `That the planner's statistics of every changed table are of after: the server has seen ${found.renewed} of ${found.tables} analysed since the run began. Their samples were scanned for what stood here before.`;
  }
  return proof(
    "The planner's statistics of every changed table were made after the rewrite.",
    `by pg_stat_all_tables: ${found.tables} tables analysed since the run began; their samples were scanned too`,
  );
}
