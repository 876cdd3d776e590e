import type { Session } from "../../postgres/connection";
import { withoutCasts } from "./structure";

/** `%(x)`: x is the oid of something in schema public. */
const parts = [
  `select format('class %s %s owner %s acl %s options %s rls %s %s persistence %s identity %s', c.relname, c.relkind, c.relowner::regrole,
     (select array_agg(a::text order by a::text) from unnest(c.relacl) a), c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence, c.relreplident)
     from pg_class c where c.relnamespace = 'public'::regnamespace`,
  `select format('column %s.%s %s notnull %s %s %s default %s storage %s target %s options %s acl %s collation %s inherited %s %s', a.attrelid::regclass, a.attname,
     format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attstorage,
     nullif(a.attstattarget, -1), a.attoptions, a.attacl, a.attcollation, a.attislocal, a.attinhcount)
     from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    where a.attnum > 0 and not a.attisdropped and %(a.attrelid)`,
  `select format('constraint %s on %s: %s validated %s enforced %s local %s %s %s', c.conname, c.conrelid::regclass, pg_get_constraintdef(c.oid), c.convalidated,
     to_jsonb(c) ->> 'conenforced', c.conislocal, c.coninhcount, c.connoinherit) from pg_constraint c where %(c.conrelid)`,
  `select format('index %s clustered %s identity %s valid %s', pg_get_indexdef(i.indexrelid), i.indisclustered, i.indisreplident, i.indisvalid)
     from pg_index i where %(i.indrelid)`,
  `select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t where not t.tgisinternal and %(t.tgrelid)`,
  `select format('rule %s %s', pg_get_ruledef(r.oid), r.ev_enabled) from pg_rewrite r where %(r.ev_class)`,
  `select format('policy %s', p::text) from pg_policies p where schemaname = 'public'`,
  `select format('published %s', p::text) from pg_publication_tables p`,
  `select format('statistics %s', pg_get_statisticsobjdef(s.oid)) from pg_statistic_ext s where %(s.stxrelid)`,
  `select format('inherits %s %s %s', i.inhrelid::regclass, i.inhparent::regclass, i.inhseqno) from pg_inherits i where %(i.inhrelid)`,
  `select format('comment on %s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description) from pg_description d
    where d.objoid >= 16384 and d.classoid <> 'pg_namespace'::regclass`,
];

/**
 * What stands in schema public, a line a thing, from the catalogue: where pg_dump of the server's version is not at hand. Columns in their
 * order are not part of it.
 */
export async function structureLines(session: Session): Promise<string[]> {
  const query = parts
    .join("\nunion all ")
    .replace(
      /%\((\w+\.\w+)\)/g,
      "$1 in (select oid from pg_class where relnamespace = 'public'::regnamespace)",
    );
  const { rows } = await session.query<{ format: string }>(query);
  return rows.map(({ format }) => withoutCasts(format)).sort();
}
