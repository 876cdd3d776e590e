import { row, rows, run } from "../connection";
import type { CopySession } from "../guard";
import { proof, type Proof } from "../proof";
import { isSuperuser } from "./statistics";
import { writeAnew } from "./vacuum";

/** Catalogues that hold samples of values, or text that people write; earlier versions of their rows stay until written anew. */
const catalogues = [
  "pg_largeobject",
  "pg_largeobject_metadata",
  "pg_description",
  "pg_proc",
  "pg_rewrite",
  "pg_attrdef",
  "pg_attribute",
  "pg_constraint",
  "pg_trigger",
  "pg_policy",
  "pg_foreign_server",
  "pg_foreign_table",
  "pg_user_mapping",
  "pg_seclabel",
  "pg_event_trigger",
];
/** Last, since analysing the others writes here. */
const statistics = ["pg_statistic", "pg_statistic_ext_data"];
/** The same in catalogues that all databases share; only a superuser writes these anew. */
const shared = [
  "pg_authid",
  "pg_db_role_setting",
  "pg_shdescription",
  "pg_shseclabel",
  "pg_subscription",
  "pg_database",
];

/** Removes large objects, all of them. Within the caller's transaction. */
export async function removeLargeObjects(copy: CopySession): Promise<number> {
  const { n } = await row<{ n: number }>(
    copy,
    "removing large objects",
    "select count(lo_unlink(oid))::int as n from pg_largeobject_metadata",
  );
  return n;
}

/**
 * Writes the catalogues anew that held samples, definitions or credentials, and empties the query log of
 * pg_stat_statements. What this login may not do is said, not skipped.
 */
export async function clearCatalogueResidue(
  copy: CopySession,
): Promise<{ checks: Proof[]; notProven: string[] }> {
  const superuser = await isSuperuser(copy);
  const { owner } = await row<{ owner: boolean }>(
    copy,
    "reading who owns the database",
    "select pg_has_role(datdba, 'usage') as owner from pg_database where datname = current_database()",
  );
  const checks: Proof[] = [];
  const notProven: string[] = [];
  const writable = [
    ...(superuser ? shared : []),
    ...(owner || superuser ? [...catalogues, ...statistics] : []),
  ];
  if (superuser) {
    // The planner keeps samples of catalogues too, and of large objects; ANALYZE would leave those of an empty one.
    await run(
      copy,
      "removing statistics of catalogues",
      "delete from pg_statistic where starelid in (select format('pg_catalog.%I', c)::regclass from unnest($1::text[]) c)",
      [[...shared, ...catalogues]],
    );
  }
  const filled = await rows<{ name: string }>(
    copy,
    "measuring catalogues",
    `select c.relname::text as name from unnest($1::text[]) with ordinality w(name, n)
       join pg_class c on c.oid = format('pg_catalog.%I', w.name)::regclass
      where pg_relation_size(c.oid) > 0 or c.reltoastrelid <> 0 and pg_relation_size(c.reltoastrelid) > 0 order by w.n`,
    [writable],
  );
  for (const { name } of filled) {
    await writeAnew(copy, `pg_catalog.${name}`, !superuser);
  }
  if (writable.length > 0) {
    checks.push(
      proof(
        "Catalogues hold no earlier versions of statistics, large objects, comments, definitions or credentials.",
        `written anew, or without a page: ${writable.join(", ")}`,
      ),
    );
  }
  const left = [...(owner || superuser ? [] : [...catalogues, ...statistics]), ...(superuser ? [] : shared)];
  if (left.length > 0) {
    notProven.push(
      `Earlier row versions in ${left.join(", ")}: this login may not write these anew. They cannot be read over SQL.`,
    );
  }
  const log = await queryLog(copy);
  if (log?.done === true) checks.push(log.proof);
  if (log?.done === false) notProven.push(log.why);
  return { checks, notProven };
}

type QueryLog = { done: true; proof: Proof } | { done: false; why: string };

async function queryLog(copy: CopySession): Promise<QueryLog | undefined> {
  const { installed, loaded } = await row<{ installed: string | null; loaded: boolean }>(
    copy,
    "looking for pg_stat_statements",
    `select (select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
              where e.extname = 'pg_stat_statements') as installed,
            exists (select from pg_settings where name = 'pg_stat_statements.max') as loaded`,
  );
  if (!loaded) return undefined;
  if (installed === null) {
    return {
      done: false,
      why: "pg_stat_statements is loaded but not installed in this database, so it was not emptied.",
    };
  }
  try {
    await run(copy, "emptying pg_stat_statements", `select ${installed}.pg_stat_statements_reset()`);
  } catch {
    return { done: false, why: "pg_stat_statements could not be emptied by this login." };
  }
  return {
    done: true,
    proof: proof("pg_stat_statements holds no earlier statement.", "pg_stat_statements_reset()"),
  };
}
