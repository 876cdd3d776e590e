import { rows, type Session } from "../connection";
import {
  callsOut,
  cutMark,
  cutMarkLike,
  firstOid,
  foundBy,
  type Kind,
  namesConnection,
  notOfExtension,
} from "./way";

/**
 * Every function that people made, with all its text. `leadsOut`: its own text calls out, a default of an argument names
 * a connection, or its language may do anything (untrusted), so that no list of words could tell.
 */
const functionTexts = `
  texts as (
    select p.oid, p.proname, n.nspname, p.prosrc like ${cutMarkLike} as cut,
           concat_ws(E'\\n', p.prosrc, p.probin, pg_get_function_sqlbody(p.oid), array_to_string(p.proconfig, E'\\n'),
                     pg_get_function_arguments(p.oid)) as body,
           pg_get_function_arguments(p.oid) as arguments,
           not l.lanpltrusted and l.lanname not in ('c', 'internal') as untrusted
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      join pg_language l on l.oid = p.prolang
     where p.oid >= ${firstOid} and p.prokind in ('f', 'p') and ${notOfExtension("pg_proc", "p.oid")}
  ),
  leads_out as (
    select oid, proname from texts
     where not cut and (untrusted or body ~* '${escaped(callsOut)}' or arguments ~* '${escaped(namesConnection)}')
  )`;

/**
 * The common table expressions of every function that calls out, is cut already, or calls such a one, by name, over any
 * number of steps: `reaching(oid)`.
 */
export const reachingFunctions = `
  recursive ${functionTexts},
  reaching as (
    select oid, proname from leads_out
    union select oid, proname from texts where cut
    union select caller.oid, caller.proname
      from reaching, texts as caller
     where case when reaching.proname ~ '^\\w+$' then caller.body ~* ('\\m' || reaching.proname || '\\M"?\\s*\\(')
                else strpos(caller.body, reaching.proname) > 0 end
  )`;

/**
 * Functions whose bodies call out get a body that raises: their text, which may hold a password, is gone, and whoever
 * calls one on Test sees why. Name, arguments, result, owner and privileges stay, so nothing that refers to one breaks.
 */
export const functions: Kind = {
  kind: "function",
  claim: "No function calls out",
  evidence:
    "pg_proc: bodies, defaults and settings of every function, and every one in an untrusted language",
  find: (session) =>
    foundBy(
      session,
      "look for functions that call out",
      `its body now raises "${cutMark}"`,
      `with ${functionTexts}
       select p.oid::regprocedure::text as name, array[${replacement}] as statements
         from leads_out join pg_proc p using (oid) join pg_namespace n on n.oid = p.pronamespace
        order by 1`,
    ),
};

/** The statements that replace all functions of an extension, where it may not be dropped. */
export async function replacementsOfExtension(session: Session, extension: string): Promise<string[]> {
  const found = await rows<{ statement: string }>(
    session,
    `list the functions of extension ${extension}`,
    `select ${replacement} as statement
       from pg_extension e
       join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
                       and d.classid = 'pg_proc'::regclass
       join pg_proc p on p.oid = d.objid
       join pg_namespace n on n.oid = p.pronamespace
      where e.extname = $1 and p.prokind in ('f', 'p') and p.prosrc not like ${cutMarkLike}
      order by p.oid`,
    [extension],
  );
  return found.map(({ statement }) => statement);
}

/**
 * An SQL expression over `p` (pg_proc) and `n` (its schema): the statement that gives the function a raising body.
 * Defaults of arguments become NULL, for they may name a connection, and settings go; a function cannot lose a default.
 */
const replacement = `
  format('create or replace %s %I.%I(%s)%s language plpgsql%s as %L',
    case p.prokind when 'p' then 'procedure' else 'function' end, n.nspname, p.proname,
    (select string_agg(
              case a.mode when 'o' then 'out ' when 'b' then 'inout ' when 'v' then 'variadic ' else 'in ' end
              || coalesce(quote_ident(nullif(a.name, '')) || ' ', '') || format_type(a.type, null)
              || case when a.mode <> 'o' and a.nth > p.pronargs - p.pronargdefaults then ' default null' else '' end,
              ', ' order by a.ord)
       from (select type, coalesce(mode, 'i') as mode, name, ord,
                    count(*) filter (where coalesce(mode, 'i') in ('i', 'b', 'v')) over (order by ord) as nth
               from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)
                    with ordinality as u(type, mode, name, ord)) a
      where a.mode <> 't'),
    coalesce(' returns ' || pg_get_function_result(p.oid), ''),
    case when p.prokind = 'p' then ''
         else case p.provolatile when 'i' then ' immutable' when 's' then ' stable' else ' volatile' end
              || case when p.proisstrict then ' strict' else '' end end
      || case when p.prosecdef then ' security definer' else '' end,
    'begin raise exception ''${cutMark}: this code called out of the database''; end')`;

/** A regular expression inside a quoted literal. */
function escaped(pattern: string): string {
  return pattern.replace(/'/g, "''");
}
