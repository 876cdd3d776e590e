import { literal, row, rows } from "../connection";
import type { ForeignKey } from "../catalogue";
import type { CopySession } from "../guard";
import type { Detached } from "./work";

interface Key {
  /** For messages, e.g. `orders_customer_fkey on public.orders`. */
  name: string;
  partitioned: boolean;
  exists: string;
  drop: string;
  add: string;
  comment: string | null;
  table: string;
  constraint: string;
  superuser: boolean;
}

export interface Dangling {
  /** `name on table` of each. */
  names: Set<string>;
  keys: Detached[];
  refusals: string[];
}

const object = "the validity of foreign key";

/**
 * Foreign keys that will be taken off and that the rows do not keep, as after a load with triggers off: put back, PostgreSQL would refuse
 * them. They are NOT VALID for the run; at its end a superuser calls them valid again, as they were called before. A partitioned
 * table takes no such key, so there it is refused.
 */
export async function danglingKeys(copy: CopySession, keys: ForeignKey[]): Promise<Dangling> {
  const dangling: Dangling = { names: new Set(), keys: [], refusals: [] };
  for (const key of await readKeys(copy, keys)) {
    const { found } = await row<{ found: boolean }>(copy, `looking at foreign key ${key.name}`, key.exists);
    if (!found) continue;
    if (key.partitioned) {
      dangling.refusals.push(
        `foreign key ${key.name}: rows refer to rows that are not there. Delete them or set the reference to NULL in the copy`,
      );
      continue;
    }
    dangling.names.add(key.name);
    dangling.keys.push({
      object: `${object} ${key.name}`,
      drop: [key.drop, `${key.add} not valid`, ...(key.comment === null ? [] : [key.comment])].join("; "),
      restore: key.superuser
        ? [
            `update pg_catalog.pg_constraint set convalidated = true
              where conrelid = ${literal(key.table)}::regclass and conname = ${literal(key.constraint)}`,
          ]
        : [],
      refresh: undefined,
    });
  }
  return dangling;
}

/** What the report says of them. */
export async function notProvenOfKeys(copy: CopySession): Promise<string[]> {
  const found = await rows<{ object: string; called: boolean }>(
    copy,
    "reading which foreign keys do not hold",
    `select object, cardinality(statements) > 0 as called from prodcopy.saved
      where early and starts_with(object, ${literal(object)}) order by n`,
  );
  return found.map(
    ({ object: one, called }) =>
      `${one[0]?.toUpperCase()}${one.slice(1)}: rows of production referred to rows that were not there. ` +
      (called ? "They still do." : "They still do, and the key is NOT VALID now."),
  );
}

/** Those that PostgreSQL takes for valid, each with a query for a row that refers to nothing, in the key's own sense of equal. */
async function readKeys(copy: CopySession, keys: ForeignKey[]): Promise<Key[]> {
  return rows<Key>(
    copy,
    "reading foreign keys",
    `select format('%I on %s', k.conname, k.conrelid::regclass) as name, c.relkind = 'p' as partitioned,
            format('select exists (select from %s%s f where %s and not exists (select from %s%s p where %s)) as found',
              case when c.relkind = 'p' then '' else 'only ' end, k.conrelid::regclass, pairs.given,
              case when t.relkind = 'p' then '' else 'only ' end, k.confrelid::regclass, pairs.same) as exists,
            format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as drop,
            format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) as add,
            (select format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, d)
               from obj_description(k.oid, 'pg_constraint') d where d is not null) as comment,
            k.conrelid::regclass::text as table, k.conname::text as constraint,
            (select rolsuper from pg_roles where rolname = current_user) as superuser
       from unnest($1::text[], $2::text[], $3::text[]) w(s, t, name)
       join pg_namespace ns on ns.nspname = w.s join pg_class c on c.relnamespace = ns.oid and c.relname = w.t
       join pg_constraint k on k.conrelid = c.oid and k.conname = w.name and k.contype = 'f' and k.conparentid = 0 and k.convalidated
       join pg_class t on t.oid = k.confrelid
       cross join lateral (
         select string_agg(format('f.%I is not null', fa.attname), ' and ' order by i) as given,
                string_agg(format('p.%I operator(%I.%s) f.%I%s', pa.attname, o.nspname, op.oprname, fa.attname,
                  (select format(' collate %I.%I', cn.nspname, l.collname) from pg_collation l join pg_namespace cn on cn.oid = l.collnamespace
                    where l.oid = pa.attcollation and pa.attcollation <> fa.attcollation)), ' and ' order by i) as same
           from generate_subscripts(k.conkey, 1) i
           join pg_attribute fa on fa.attrelid = k.conrelid and fa.attnum = k.conkey[i]
           join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = k.confkey[i]
           join pg_operator op on op.oid = k.conpfeqop[i] join pg_namespace o on o.oid = op.oprnamespace) pairs
      order by k.oid`,
    [keys.map((key) => key.schema), keys.map((key) => key.table), keys.map((key) => key.name)],
  );
}
