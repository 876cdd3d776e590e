import { rows } from "../connection";
import { replacementsOfExtension } from "./functions";
import { cutMark, cutMarkLike, type Found, type Kind } from "./way";

/** Extensions whose functions reach out; the later ones are needed by earlier ones. */
const reaching = [
  "dblink",
  "aws_s3",
  "aws_lambda",
  "aws_ml",
  "aws_commons",
  "http",
  "pg_net",
  "pg_curl",
  "amqp",
];

/** Extensions that keep connections to other servers of their own accord, beside everything that the catalogue tells. */
const unknown = ["pglogical", "bdr", "pgactive", "citus"];

/**
 * With the extension gone nothing can call its functions, not even a body that puts their names together at run time.
 * Where something needs it, its functions raise instead.
 */
export const extensions: Kind = {
  kind: "extension",
  claim: "No extension that reaches out is left",
  evidence: `pg_extension: ${[...reaching, ...unknown].join(", ")}`,
  async find(session) {
    const present = await rows<{ name: string }>(
      session,
      "look for extensions that reach out",
      `select e.extname as name from pg_extension e
        where e.extname = any ($2)
           or e.extname = any ($1) and exists (
                select from pg_depend d join pg_proc p on p.oid = d.objid and d.classid = 'pg_proc'::regclass
                 where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
                   and p.prosrc not like ${cutMarkLike})
        order by array_position($1, e.extname::text)`,
      [reaching, unknown],
    );
    const found: Found[] = [];
    for (const { name } of present) {
      found.push({
        name,
        action: "dropped",
        statements: [`drop extension ${name}`],
        instead: {
          action: `kept, for something needs it; its functions now raise "${cutMark}"`,
          statements: await replacementsOfExtension(session, name),
        },
        ...(unknown.includes(name) && {
          cannot: "it connects to other servers by itself, and prodcopy does not know how to stop it",
        }),
      });
    }
    return found;
  },
};
