import { qualified, rows } from "../connection";
import type { CopySession } from "../guard";
import type { TableWork } from "./work";

/** Types whose own hash tells any two values apart (as 64 bits can): it takes all of the value, and equal values print alike. */
const hashed = ["int2", "int4", "bool", "date", "uuid", "text", "varchar", "bytea"];

/**
 * Types of eight bytes, which PostgreSQL hashes as if they were four, so that a timestamp and an integer of its size meet: hashed as the
 * bytes that are sent to a client. (`hashint8extended` in access/hash/hashfunc.c.)
 */
const sent = { int8: "int8send", timestamp: "timestamp_send", timestamptz: "timestamptz_send" };

/**
 * For each table SQL for a number that stands for everything the rules keep of one row; its sum over rows does not depend on their order. NULL, an
 * empty text and zero differ, and so do -0, NaN, `1.0` and `1.00`, in JSON too: what is equal to PostgreSQL but printed otherwise is hashed as it prints.
 * The columns' hashes are hashed once more together, or values that two rows exchange would leave the sum as it is. Undefined where nothing is kept.
 * Measured: 0.002 processor seconds a MB, so both passes together are a fiftieth of a run.
 */
export async function rowFingerprints(
  copy: CopySession,
  works: readonly Pick<TableWork, "schema" | "table" | "keptColumns">[],
): Promise<(string | undefined)[]> {
  const columns = await rows<Column>(
    copy,
    "reading the columns of tables",
    `select w.n::int - 1 as work, '"' || replace(a.attname, '"', '""') || '"' as name, case when t.typnamespace = 'pg_catalog'::regnamespace then t.typname::text end as type,
            t.typtype = 'e' or t.typnamespace = 'pg_catalog'::regnamespace and t.typname = any ($2) and coalesce(l.collisdeterministic, true) as exact,
            current_setting('server_version_num')::int >= 140000 as records
       from unnest($1::text[]) with ordinality w(name, n) join pg_attribute a on a.attrelid = w.name::regclass
       join pg_type t on t.oid = a.atttypid left join pg_collation l on l.oid = a.attcollation
      where a.attnum > 0 and not a.attisdropped order by w.n, a.attnum`,
    [works.map((work) => qualified(work.schema, work.table)), hashed],
  );
  const byWork = new Map<number, Column[]>();
  for (const one of columns) byWork.set(one.work, [...(byWork.get(one.work) ?? []), one]);
  return works.map((work, n) =>
    fingerprintOf((byWork.get(n) ?? []).filter((one) => work.keptColumns.includes(one.name))),
  );
}

interface Column {
  /** Which of the tables. */
  work: number;
  name: string;
  type: string | null;
  exact: boolean;
  records: boolean;
}

function fingerprintOf(kept: Column[]): string | undefined {
  if (kept.length === 0) return undefined;
  // Before PostgreSQL 14 a row cannot be hashed, only its print.
  if (kept.some((one) => !one.records)) {
    return `hashtextextended((row(${kept.map((one) => one.name).join(", ")}))::text collate "C", 0)`;
  }
  const parts = kept.map(({ name, type, exact }) => {
    if (exact) return name;
    const send = sent[(type ?? "") as keyof typeof sent] as string | undefined;
    return send === undefined ? `(${name})::text collate "C"` : `${send}(${name})`;
  });
  return `hash_record_extended(row(int8send(hash_record_extended(row(${parts.join(", ")}), 0))), 0)`;
}

/**
 * SQL that answers how many rows a table has and the sum of their fingerprints, `(rows, hash)`; hash is null where the rules keep nothing of
 * them. One pass, by several processes.
 */
export function measured({ remove, fingerprint, source }: TableWork): string {
  const sum =
    fingerprint === undefined || remove?.how === "truncate"
      ? "null::numeric"
      : `coalesce(sum(${fingerprint}), 0)`;
  return `select count(*) as rows, ${sum} as hash from ${source}`;
}
