import { rows, run } from "../connection";
import type { CopySession } from "../guard";

/** Schemas that are the server's or ours. `n` is the alias of pg_namespace. */
export const userSchemas = `n.nspname not in ('pg_catalog', 'information_schema', 'prodcopy')
  and n.nspname !~ '^pg_(toast|temp)'`;

const grants = (acl: string, kind: string, owner: string) =>
  `(select string_agg(g.grantor::regrole || '>' || g.grantee::regrole || ':' || g.privilege_type || g.is_grantable, ',' order by
      g.grantor::regrole::text, g.grantee::regrole::text, g.privilege_type)
    from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) g)`;

/**
 * An expression as it is compared: without casts and parentheses. PostgreSQL writes `x in ('a', 'b')` on a varchar one way when it was
 * typed and another way once that text was read again, as happens to the checks and views of every restored dump.
 */
const plain = (expression: string) =>
  `regexp_replace(${expression}, '::(?:(?:"[^"]+"|[a-z_]\\w*)[.])?(?:character varying|double precision|bit varying|(?:timestamp|time) with(?:out)? time zone|"[^"]+"|[a-z_]\\w*)(?:[(][0-9, ]+[)])?(?:\\[\\])*|[() ]', '', 'g')`;

/**
 * Everything about the database that is not data: one row an object, with a text that changes when the object does. Taken
 * before and after, it shows that what was taken off for the rewrite was put back exactly.
 */
const structureQuery = `
  select 'relation ' || c.oid::regclass as object, concat_ws('|', c.relkind, c.relowner::regrole, c.relpersistence, c.relreplident,
      c.relrowsecurity, c.relforcerowsecurity, array_to_string(c.reloptions, ','), c.reltablespace, pg_get_expr(c.relpartbound, c.oid),
      ${grants("c.relacl", "r", "c.relowner")}, obj_description(c.oid, 'pg_class'), c.relispopulated,
      case when c.relkind in ('v', 'm') then ${plain("pg_get_viewdef(c.oid)")} end,
      case when c.relkind in ('i', 'I') then ${plain("pg_get_indexdef(c.oid)")} end) as definition
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${userSchemas} and c.relkind <> 't'
  union all
  select 'column ' || c.oid::regclass || '.' || quote_ident(a.attname), concat_ws('|', format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attidentity, a.attgenerated, a.attcollation, a.attstorage, a.attcompression, nullif(a.attstattarget, -1),
      array_to_string(a.attoptions, ','), ${grants("a.attacl", "c", "c.relowner")}, col_description(c.oid, a.attnum),
      (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = c.oid and d.adnum = a.attnum))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where ${userSchemas} and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
  union all
  select 'constraint ' || quote_ident(k.conname) || ' of ' || coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
      concat_ws('|', ${plain("pg_get_constraintdef(k.oid)")}, k.convalidated, k.condeferrable, k.condeferred, obj_description(k.oid, 'pg_constraint'))
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${userSchemas}
  union all
  select 'index ' || i.indexrelid::regclass, concat_ws('|', i.indisvalid, i.indisclustered, i.indisreplident, i.indisunique)
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${userSchemas}
  union all
  select 'trigger ' || quote_ident(t.tgname) || ' of ' || t.tgrelid::regclass,
      concat_ws('|', ${plain("pg_get_triggerdef(t.oid)")}, t.tgenabled, obj_description(t.oid, 'pg_trigger'))
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${userSchemas} and not t.tgisinternal
  union all
  select 'rule ' || quote_ident(r.rulename) || ' of ' || r.ev_class::regclass, concat_ws('|', ${plain("pg_get_ruledef(r.oid)")}, r.ev_enabled,
      obj_description(r.oid, 'pg_rewrite'))
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where ${userSchemas} and r.rulename <> '_RETURN'
  union all
  select 'policy ' || quote_ident(p.polname) || ' of ' || p.polrelid::regclass, concat_ws('|', p.polcmd, p.polpermissive, p.polroles::regrole[],
      ${plain("pg_get_expr(p.polqual, p.polrelid)")},
      ${plain("pg_get_expr(p.polwithcheck, p.polrelid)")})
    from pg_policy p
  union all
  select 'statistics ' || quote_ident(s.stxname), concat_ws('|', ${plain("pg_get_statisticsobjdef(s.oid)")}, nullif(s.stxstattarget, -1),
      s.stxowner::regrole, obj_description(s.oid, 'pg_statistic_ext'))
    from pg_statistic_ext s
  union all
  select 'sequence ' || s.seqrelid::regclass, concat_ws('|', s.seqstart, s.seqincrement, s.seqmax, s.seqmin,
      pg_sequence_last_value(s.seqrelid)) from pg_sequence s
  union all
  select 'publication of ' || p.prrelid::regclass, concat_ws('|', p.prpubid) from pg_publication_rel p`;

/** Keeps the structure as it is now, within the caller's transaction: before anything is changed, and again after comments were cleaned. */
export async function rememberStructure(copy: CopySession): Promise<void> {
  await run(copy, "remembering the structure of the database", "delete from prodcopy.structure");
  await run(
    copy,
    "remembering the structure of the database",
    `insert into prodcopy.structure (object, hash)
     select object, md5(string_agg(definition, '#' order by definition)) from (${structureQuery}) s group by object`,
  );
}

/** Objects that are not as they were, each with what is wrong. Empty is what must be. */
export async function structureDifferences(copy: CopySession): Promise<string[]> {
  const found = await rows<{ object: string; what: string }>(
    copy,
    "comparing the structure of the database",
    `with now as (select object, md5(string_agg(definition, '#' order by definition)) as hash from (${structureQuery}) s group by object)
     select coalesce(b.object, now.object) as object,
            case when now.object is null then 'is gone' when b.object is null then 'is new' else 'differs' end as what
       from prodcopy.structure b full join now using (object)
      where b.hash is distinct from now.hash order by 1`,
  );
  return found.map((one) => `${one.object} ${one.what}`);
}
