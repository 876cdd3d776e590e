import { row, rows } from "../connection";
import type { ForeignKey } from "../catalogue";
import type { CopySession } from "../guard";
import type { Detached } from "./work";

/**
 * Statements that make an object again exactly as it is. PostgreSQL writes them itself (`pg_get_viewdef`, `format`),
 * with an empty search path, so that every name in them is qualified.
 */
interface Saved {
  name: string;
  statements: string[] | null;
}

/**
 * A view loses its query and keeps everything else: owner, grants, comments, triggers, rules, and whatever stands on it. Until it is
 * put back it answers no rows.
 */
export async function saveView(copy: CopySession, oid: number): Promise<Detached> {
  const options = (
    which: string,
  ) => `coalesce(' with (' || (select string_agg(format('%I = %L', split_part(o, '=', 1),
      substr(o, position('=' in o) + 1)), ', ') from unnest(c.reloptions) o where ${which}) || ')', '')`;
  const view = await row<Saved & { drop: string }>(
    copy,
    "saving a view",
    `select c.oid::regclass::text as name,
            format('create or replace view %s%s as select %s where false', c.oid::regclass, ${options("o !~ '^check_option='")},
              (select string_agg(format('null::%s%s as %I', format_type(a.atttypid, a.atttypmod),
                  (select format(' collate %I.%I', n.nspname, l.collname) from pg_collation l join pg_namespace n on n.oid = l.collnamespace
                    where l.oid = a.attcollation and a.attcollation <> t.typcollation), a.attname), ', ' order by a.attnum)
                 from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0)) as drop,
            array[format('create or replace view %s%s as %s', c.oid::regclass, ${options("true")}, rtrim(pg_get_viewdef(c.oid), '; '))]
              as statements
       from pg_class c where c.oid = $1`,
    [oid],
  );
  return { object: `view ${view.name}`, drop: view.drop, restore: view.statements ?? [], refresh: undefined };
}

/** A policy lets no row through until it is put back; its roles and its comment stay. */
export async function savePolicy(copy: CopySession, oid: number): Promise<Detached> {
  const policy = await row<Saved & { drop: string }>(
    copy,
    "saving a policy",
    `select name, format('alter policy %s%s%s', name, case when using_ is not null then ' using (false)' end,
                    case when check_ is not null then ' with check (false)' end) as drop,
            array[format('alter policy %s%s%s', name, ' using (' || using_ || ')', ' with check (' || check_ || ')')] as statements
       from (select format('%I on %s', polname, polrelid::regclass) as name, pg_get_expr(polqual, polrelid) as using_,
                    pg_get_expr(polwithcheck, polrelid) as check_ from pg_policy where oid = $1) p`,
    [oid],
  );
  return {
    object: `policy ${policy.name}`,
    drop: policy.drop,
    restore: policy.statements ?? [],
    refresh: undefined,
  };
}

/** A rule of a table or view, with its state and comment. */
export function saveRule(copy: CopySession, oid: number): Promise<Detached> {
  const columns =
    "oid, rulename as name, ev_class as relation, ev_enabled as enabled, pg_get_ruledef(oid) as made";
  return saveSwitchable(copy, "rule", `select ${columns} from pg_rewrite`, "pg_rewrite", oid);
}

/** A trigger, with its state and comment. */
export function saveTrigger(copy: CopySession, oid: number): Promise<Detached> {
  const columns =
    "oid, tgname as name, tgrelid as relation, tgenabled as enabled, pg_get_triggerdef(oid) as made";
  return saveSwitchable(copy, "trigger", `select ${columns} from pg_trigger`, "pg_trigger", oid);
}

/** What belongs to a table and can be enabled and disabled there. `listed` answers oid, name, relation, enabled and made. */
async function saveSwitchable(
  copy: CopySession,
  kind: "rule" | "trigger",
  listed: string,
  catalogue: string,
  oid: number,
): Promise<Detached> {
  const saved = await row<Saved & { drop: string }>(
    copy,
    `saving a ${kind}`,
    `select format('%I on %s', o.name, o.relation::regclass) as name,
            format('drop ${kind} %I on %s', o.name, o.relation::regclass) as drop,
            array_remove(array[o.made,
              case when o.enabled <> 'O' then format('alter table %s %s ${kind} %I', o.relation::regclass,
                case o.enabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, o.name) end,
              (select format('comment on ${kind} %I on %s is %L', o.name, o.relation::regclass, d)
                 from obj_description(o.oid, '${catalogue}') d where d is not null)], null) as statements
       from (${listed}) o where o.oid = $1`,
    [oid],
  );
  return {
    object: `${kind} ${saved.name}`,
    drop: saved.drop,
    restore: saved.statements ?? [],
    refresh: undefined,
  };
}

/**
 * Foreign keys by name; put back, they are checked against all rows, unless they were NOT VALID before or are among those that do not
 * hold (`name on table`).
 */
export async function saveForeignKeys(
  copy: CopySession,
  keys: ForeignKey[],
  dangling: ReadonlySet<string>,
): Promise<Detached[]> {
  const found = await rows<Saved & { drop: string; n: number }>(
    copy,
    "saving foreign keys",
    `select w.n::int - 1 as n, format('%I on %s', k.conname, k.conrelid::regclass) as name,
            format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as drop,
            array_remove(array[format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)),
              (select format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, d)
                 from obj_description(k.oid, 'pg_constraint') d where d is not null)], null) as statements
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality w(s, t, name, n)
       join pg_namespace ns on ns.nspname = w.s join pg_class c on c.relnamespace = ns.oid and c.relname = w.t
       join pg_constraint k on k.conrelid = c.oid and k.conname = w.name and k.contype = 'f' and k.conparentid = 0
      order by k.oid`,
    [keys.map((key) => key.schema), keys.map((key) => key.table), keys.map((key) => key.name)],
  );
  return found.map((key) => ({
    object: `foreign key ${key.name}`,
    drop: key.drop,
    restore: (key.statements ?? []).map((one, i) =>
      i === 0 && dangling.has(key.name) ? `${one} not valid` : one,
    ),
    refresh: undefined,
    ...(keys[key.n] && { foreignKey: keys[key.n] }),
  }));
}
