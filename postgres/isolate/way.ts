import { literal, rows, type Session } from "../connection";

/** One way out as the catalogue shows it, with what ends it. */
export interface Found {
  /** As a person would name it; never an option, an address or a body, which may hold a secret. */
  name: string;
  /** What becomes of it, in words. */
  action: string;
  /** Ends it; each statement commits by itself and may be run again. */
  statements: string[];
  /** Taken when the first statements are refused for lack of rights or because something depends on it. */
  instead?: { action: string; statements: string[] };
  /** Why it cannot be cut; the stage fails and says so. */
  cannot?: string;
}

/**
 * One kind of way out. `find` is cut and proof at once: it answers what still leads out, so it must answer nothing once
 * everything of the kind is cut. It runs with `search_path` set to `pg_catalog`, so that names come out qualified.
 */
export interface Kind {
  kind: string;
  /** Whether it belongs to the server as a whole, so that it is found from every database. */
  shared?: boolean;
  /** What the proof claims, without its end: "... in database x". */
  claim: string;
  /** What the proof's query reads. */
  evidence: string;
  find(session: Session): Promise<Found[]>;
}

/** Below a device there is no folder: libpq takes it for a socket's place, fails at once, and asks no name server. */
export const deadHost = "/dev/null/prodcopy";

/** Stands in everything that was replaced; says so to whoever meets it. */
export const cutMark = "cut by prodcopy";

/**
 * Words by which code calls out of the database, as a regular expression of PostgreSQL's. Text in a comment matches too:
 * a call that is cut in vain is seen on Test, one that is missed is not.
 */
export const callsOut = [
  String.raw`\mdblink(_\w+)?\M`,
  String.raw`\maws_(lambda|s3|commons|ml|bedrock|comprehend|sagemaker)\M`,
  String.raw`\mhttp_(get|post|put|patch|delete|head|header|set_curlopt)\M`,
  String.raw`\mhttp\s*\(`,
  String.raw`\mnet\.http_`,
  String.raw`\mpg_net\M`,
  String.raw`\m(curl|urllib|smtplib)\M`,
  String.raw`\mutl_(http|smtp|tcp|mail)\M`,
  String.raw`\mamqp\.`,
  String.raw`\mlo_(export|import)\M`,
  String.raw`\mpg_file_write\M`,
  String.raw`\mcopy\M[^;]*\mprogram\M`,
  String.raw`\mcopy\M[^;]*\mto\s*'+/`,
  String.raw`\mcron\.schedule`,
  String.raw`\m(create|alter)\s+(subscription|server|user\s+mapping)\M`,
].join("|");

/** A value that says how to connect elsewhere or proves who one is. */
export const namesConnection = [
  String.raw`\m(host|hostaddr|password|passfile|passwd|sslkey|service)\s*=`,
  String.raw`\m[a-z][a-z0-9+.-]*://`,
  String.raw`\marn:aws`,
].join("|");

/** Objects that people made: PostgreSQL's own have lower numbers. */
export const firstOid = 16_384;

/** A condition: the object is no part of an extension. */
export function notOfExtension(catalogue: string, oid: string): string {
  return `not exists (select from pg_depend ext where ext.classid = '${catalogue}'::regclass and ext.objid = ${oid} and ext.deptype = 'e')`;
}

/** Runs a query that answers `name` and `statements`, and says the same of each row that it finds. */
export async function foundBy(
  session: Session,
  doing: string,
  action: string,
  query: string,
  values: unknown[] = [],
): Promise<Found[]> {
  const found = await rows<{ name: string; statements: string[] }>(session, doing, query, values);
  return found.map(({ name, statements }) => ({ name, action, statements }));
}

export const cutMarkLike = literal(`%${cutMark}%`);
