import { callsOut, cutMark, cutMarkLike, firstOid, foundBy, type Kind, notOfExtension } from "./way";

/** The columns of relation `c` as NULLs of their types, and a condition that raises our words when it is planned. */
const raisingQuery = `
  format('select %s where (''${cutMark}: this view called out of the database''::text)::integer = 1',
    (select string_agg(format('null::%s%s as %I', format_type(a.atttypid, a.atttypmod),
              case when a.attcollation <> 0
                   then format(' collate %s', a.attcollation::regcollation) else '' end, a.attname), ', ' order by a.attnum)
       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))`;

const viewsThatCallOut = (kind: "v" | "m") => `
   pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = '${kind}' and c.oid >= ${firstOid} and ${notOfExtension("pg_class", "c.oid")}
    and pg_get_viewdef(c.oid) ~* $1 and pg_get_viewdef(c.oid) not like ${cutMarkLike}`;

/** Views that call out keep their columns and raise when they are read: empty ones would be believed. */
export const views: Kind = {
  kind: "view",
  claim: "No view calls out",
  evidence: "pg_views: definitions",
  find: (session) =>
    foundBy(
      session,
      "look for views that call out",
      `reading it now raises "${cutMark}"`,
      `select c.oid::regclass::text as name,
              array[format('create or replace view %s as %s', c.oid::regclass, ${raisingQuery})] as statements
         from ${viewsThatCallOut("v")} order by 1`,
      [callsOut],
    ),
};

/** Made anew without contents, for its query cannot be replaced; its indexes and privileges go. */
export const materialisedViews: Kind = {
  kind: "materialised view",
  claim: "No materialised view calls out",
  evidence: "pg_matviews: definitions",
  find: (session) =>
    foundBy(
      session,
      "look for materialised views that call out",
      `made anew without contents; refreshing it raises "${cutMark}"`,
      `select c.oid::regclass::text as name, array[format(
                'drop materialized view %1$s; create materialized view %1$s as %2$s with no data; alter materialized view %1$s owner to %3$I',
                c.oid::regclass, ${raisingQuery}, pg_get_userbyid(c.relowner))] as statements
         from ${viewsThatCallOut("m")} order by 1`,
      [callsOut],
    ),
};

/** Rules, defaults and checks that call out directly are dropped: they run on every write. */
export const expressions: Kind = {
  kind: "rule, default or check",
  claim: "No rule, default, check or policy calls out",
  evidence: "pg_rewrite, pg_attrdef, pg_constraint, pg_policies: their text",
  async find(session) {
    const dropped = await foundBy(
      session,
      "look for rules, defaults and checks that call out",
      "dropped",
      `select format('rule %s on %s', r.rulename, r.ev_class::regclass) as name,
              array[format('drop rule %I on %s', r.rulename, r.ev_class::regclass)] as statements
         from pg_rewrite r
        where r.oid >= ${firstOid} and r.rulename <> '_RETURN' and pg_get_ruledef(r.oid) ~* $1
       union all
       select format('default of %s.%s', d.adrelid::regclass, a.attname),
              array[format('alter table %s alter column %I drop default', d.adrelid::regclass, a.attname)]
         from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where a.attgenerated = '' and pg_get_expr(d.adbin, d.adrelid) ~* $1
       union all
       select format('check %s on %s', k.conname, coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text)),
              array[case when k.conrelid <> 0
                         then format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname)
                         else format('alter domain %s drop constraint %I', k.contypid::regtype, k.conname) end]
         from pg_constraint k
        where k.contype = 'c' and k.oid >= ${firstOid} and pg_get_constraintdef(k.oid) ~* $1
       order by 1`,
      [callsOut],
    );
    const policies = await foundBy(
      session,
      "look for policies that call out",
      "",
      `select format('policy %s on %I.%I', policyname, schemaname, tablename) as name, array[]::text[] as statements
         from pg_policies where concat_ws(' ', qual, with_check) ~* $1 order by 1`,
      [callsOut],
    );
    const cannot = "without it other rows would be seen; change the policy in production";
    return [...dropped, ...policies.map((policy) => ({ ...policy, cannot }))];
  },
};
