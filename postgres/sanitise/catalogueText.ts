import { literal, rows, run, type Session } from "../connection";
import type { CopySession } from "../guard";
import { proof, type Proof } from "../proof";
import { addressPattern } from "./functions/texts";
import { scanQuery, type Search } from "./finds";
import { kindOf } from "./judge";
import { searchOf, searchUnit } from "./leakScan";
import type { LeakFinding } from "./result";
import { clearSharedText, sharedTexts } from "./sharedText";
import type { Unit } from "./scanUnits";
import { userSchemas } from "./structure";

/** Keywords of `COMMENT ON` by what `pg_identify_object` calls an object; its identity then reads as the command wants it. */
const commentable: Record<string, string> = {
  table: "table",
  "table column": "column",
  "view column": "column",
  "materialized view column": "column",
  "foreign table column": "column",
  "composite type column": "column",
  view: "view",
  "materialized view": "materialized view",
  index: "index",
  sequence: "sequence",
  function: "function",
  procedure: "procedure",
  aggregate: "aggregate",
  schema: "schema",
  type: "type",
  "composite type": "type",
  domain: "domain",
  "table constraint": "constraint",
  trigger: "trigger",
  rule: "rule",
  policy: "policy",
  extension: "extension",
  publication: "publication",
  "event trigger": "event trigger",
  "statistics object": "statistics",
  collation: "collation",
  "foreign table": "foreign table",
  "large object": "large object",
};

/** What is quoted in a definition, and its long numbers: a name such as item_type is that of a column, not of a person. */
const quoted = (definition: string) =>
  `(select string_agg(f[1], ' ') from regexp_matches(${definition}, '(''(?:[^'']|'''')*''|"[^"]*"|[0-9]{7,})', 'g') f)`;

/** Text of the catalogue that people write and no run changes: `(what it is, text)`. Readable by everybody. */
const codeTexts = `
  select 'function ' || p.oid::regprocedure as what, p.prosrc as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${userSchemas}
  union all select 'view ' || c.oid::regclass, ${quoted("pg_get_viewdef(c.oid)")} from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and ${userSchemas}
  union all select 'default of ' || d.adrelid::regclass, ${quoted("pg_get_expr(d.adbin, d.adrelid)")} from pg_attrdef d
    join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace where ${userSchemas}
  union all select 'constraint ' || k.conname || coalesce(' of ' || nullif(k.conrelid, 0)::regclass, ''), ${quoted("pg_get_constraintdef(k.oid)")}
    from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${userSchemas}
  union all select 'index ' || i.indexrelid::regclass, ${quoted("pg_get_indexdef(i.indexrelid)")} from pg_index i
    join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${userSchemas}
  union all select 'trigger ' || t.tgname || ' of ' || t.tgrelid::regclass, ${quoted("pg_get_triggerdef(t.oid)")} from pg_trigger t
    join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where not t.tgisinternal and ${userSchemas}
  union all select 'rule ' || r.rulename || ' of ' || r.ev_class::regclass, ${quoted("pg_get_ruledef(r.oid)")} from pg_rewrite r
    join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN' and ${userSchemas}
  union all select 'policy ' || p.polname || ' of ' || p.polrelid::regclass,
    ${quoted("concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))")} from pg_policy p
  union all select 'security label', l.label from pg_seclabel l
  union all select 'label of type ' || e.enumtypid::regtype, e.enumlabel::text from pg_enum e
    join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace where ${userSchemas}
  union all select 'default of type ' || t.oid::regtype, t.typdefault from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typdefault is not null and ${userSchemas}
  union all select 'bound of partition ' || c.oid::regclass, ${quoted("pg_get_expr(c.relpartbound, c.oid)")} from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where c.relispartition and ${userSchemas}
  union all select 'statistics object ' || s.stxname, ${quoted("pg_get_statisticsobjdef(s.oid)")} from pg_statistic_ext s
  union all select 'options of text search dictionary ' || d.dictname, d.dictinitoption from pg_ts_dict d
    join pg_namespace n on n.oid = d.dictnamespace where ${userSchemas}`;

/** The same with what goes when a copy is cut off, or when it is cleaned. Readable by everybody, but for options of user mappings. */
const allTexts = (wholeServer: boolean) => `${codeTexts}
  union all select 'options of foreign server ' || f.srvname, v from pg_foreign_server f, unnest(f.srvoptions) v
  union all select 'options of user mapping on ' || m.srvname, v from pg_user_mappings m, unnest(m.umoptions) v
  union all select 'options of ' || f.ftrelid::regclass, v from pg_foreign_table f, unnest(f.ftoptions) v
  union all select 'options of foreign-data wrapper ' || w.fdwname, v from pg_foreign_data_wrapper w, unnest(w.fdwoptions) v
  union all ${sharedTexts(wholeServer)}`;

/** Each text as a column of its own, so that every one with a find is named. */
function textsOf(texts: string): string {
  return `select row_number() over ()::int, false, c.what, 1, c.x from (${texts}) c(what, x)`;
}
const definition = { schema: "pg_catalog", table: "definition", column: "", expected: [], of: undefined };

/** Comments are data about data: what names a person in one is taken out, and the report says so. */
const comments = `select d.classoid::text || ',' || d.objoid || ',' || d.objsubid, d.description from pg_description d
  where d.objoid >= 16384`;

/**
 * The texts of the catalogue as one that only looks has them: `(what it is, text)`, comments among them. Those of the server's other
 * databases and of its roles are left out. Everybody may read them, but for options of user mappings.
 */
export const catalogueTexts = textsOf(`${allTexts(false)}
  union all select 'comment on ' || pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description from pg_description d
    where d.objoid >= 16384`);

/** The catalogue's texts, to be searched for what gives itself away by its shape. */
export const catalogueUnit: Unit = {
  name: "code, defaults, comments and settings",
  places: [definition],
  texts: catalogueTexts,
};

/** What the rules allow to stand anywhere. */
interface AllowedText {
  allowedDomains: string[];
  named: string[];
}

/**
 * What code, views, defaults and other definitions hold that gives itself away by its shape: no run changes it, so it can be told
 * before one. Reads only. Comments and settings are not among it, since a run cleans them.
 */
export async function scanCode(session: Session, allowed: AllowedText): Promise<LeakFinding[]> {
  const search = await searchOf(session, { ...allowed, before: false });
  const unit = { name: "code and defaults", places: [definition], texts: textsOf(codeTexts) };
  return (await searchUnit(session, unit, search)).findings;
}

/**
 * Looks through the texts that the catalogue holds. Addresses and former values in comments are removed; settings
 * are reset; in code and defaults they are findings, since only the application's people can say what should stand there.
 * @param wholeServer whether settings and comments of roles and of the server's other databases belong to the copy, too
 */
export async function scanCatalogueText(
  copy: CopySession,
  allowed: AllowedText,
  wholeServer: boolean,
): Promise<{ findings: LeakFinding[]; suspicious: LeakFinding[]; proofs: Proof[] }> {
  const search = await searchOf(copy, { ...allowed, before: true });
  const inComments = await rows<{ key: string }>(
    copy,
    "scanning comments",
    `select distinct key from (${scanQuery(textsOf(comments), search)}) f where kind in (${removable.join(", ")})`,
  );
  const failed: LeakFinding[] = [];
  for (const { key } of inComments) {
    const problem = await cleanComment(copy, key, search);
    if (problem === undefined) continue;
    const kind = "a person is named in a comment that cannot be changed";
    failed.push({
      schema: "pg_catalog",
      table: "pg_description",
      column: problem,
      kind,
      count: 1,
      exampleKey: problem,
    });
  }
  const removed = await clearSharedText(copy, search, wholeServer);
  const code = await searchUnit(
    copy,
    { name: "code, defaults and settings", places: [definition], texts: textsOf(allTexts(wholeServer)) },
    search,
  );
  const done = proof(
    "No comment, function, view, default, constraint, setting or option names a person who stood here, or an address outside the allowed domains.",
    `all of them scanned; ${inComments.length - failed.length} comments cleaned, ${code.findings.length + failed.length} findings${removed.length === 0 ? "" : `; removed: ${removed.join(", ")}`}`,
  );
  return { findings: [...failed, ...code.findings], suspicious: code.suspicious, proofs: [done] };
}

/** Of what is found in a comment, that which takes the comment away; a coincidence does no harm there. */
const removable = Object.keys(kindOf).map(Number);

/** Takes addresses out of a comment, and the whole comment away when something else in it stood there before. */
async function cleanComment(copy: CopySession, key: string, search: Search): Promise<string | undefined> {
  const [classId, objectId, sub] = key.split(",").map(Number);
  const [object] = await rows<{ type: string; identity: string }>(
    copy,
    "naming a commented object",
    "select type, identity from pg_identify_object($1::oid, $2::oid, $3::int)",
    [classId, objectId, sub],
  );
  const keyword = commentable[object?.type ?? ""];
  if (object === undefined || keyword === undefined) return `comment on ${object?.type ?? "an object"}`;
  // The text goes from the catalogue to the command inside the server.
  const body = `declare t text; begin
    select regexp_replace(description, ${literal(addressPattern.replaceAll("''", "'"))}, '(address removed)', 'g') into t
      from pg_description where classoid = ${classId} and objoid = ${objectId} and objsubid = ${sub};
    if exists (${scanQuery("select 0, false, '', 1, t", search)}) then
      t := '(comment removed: it named a person)';
    end if;
    execute format('comment on ${keyword} %s is %L', ${literal(object.identity)}, t);
  end`;
  await run(copy, `cleaning the comment on ${object.identity}`, `do ${literal(body)}`);
  return undefined;
}
