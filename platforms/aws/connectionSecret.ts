import { z } from "zod";
import { databaseOfEnvironment } from "../../postgres/databaseUrl";

/** What a secret says of a connection; where it leaves something out, it is undefined. */
export interface ConnectionSecret {
  user: string;
  password: string;
  host: string | undefined;
  port: number | undefined;
  database: string | undefined;
}

export interface SecretShape {
  /** The field that holds a URI. */
  key?: string;
  /** Appended to that URI before it is read, e.g. `/branch`. */
  suffix?: string;
}

const text = z.string().min(1).optional();
/** RDS's own JSON, and what people write in its place; unknown fields are left alone. */
const fieldsSchema = z.object({
  username: text,
  user: text,
  password: text,
  host: text,
  hostname: text,
  port: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).optional(),
  dbname: text,
  database: text,
});

/**
 * The one reader of connection secrets: RDS's JSON (`username`, `password`, `host`, `port`, `dbname`), the same without a port or
 * a host, and a URI under a named key, to which a suffix may be appended.
 * @param what the secret's name, for the error
 * @throws naming the field that is missing; nothing of the contents is repeated.
 */
export function readConnectionSecret(
  what: string,
  secret: string | undefined,
  shape: SecretShape = {},
): ConnectionSecret {
  const fields = objectOf(what, secret);
  if (shape.key !== undefined) return fromUri(what, fields, shape.key, shape.suffix ?? "");
  const parsed = fieldsSchema.safeParse(fields);
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))].join(", ");
    throw fault(what, `has fields that are not as expected: ${wrong}`);
  }
  const {
    username,
    user = username,
    password,
    host,
    hostname = host,
    port,
    dbname,
    database = dbname,
  } = parsed.data;
  const uris = Object.keys(fields).filter((key) => /uri|url/i.test(key));
  if (user === undefined || password === undefined) {
    const missing = [user === undefined && "username", password === undefined && "password"]
      .filter(Boolean)
      .join(" and ");
    throw fault(
      what,
      `has no ${missing}${uris.length > 0 ? `; if its URI is meant, name the field as the key: ${uris.join(", ")}` : ""}`,
    );
  }
  return { user, password, host: hostname, port, database };
}

function objectOf(what: string, secret: string | undefined): Record<string, unknown> {
  if (secret === undefined) throw fault(what, "holds no text");
  try {
    const parsed: unknown = JSON.parse(secret);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw fault(what, "is no JSON object");
}

/** Read by the same code as DATABASE_URL; what the person's own environment says plays no part. */
function fromUri(
  what: string,
  fields: Record<string, unknown>,
  key: string,
  suffix: string,
): ConnectionSecret {
  const uri = fields[key];
  if (typeof uri !== "string") {
    throw fault(
      what,
      `has no text under the key ${JSON.stringify(key)}; it has ${Object.keys(fields).sort().join(", ") || "none"}`,
    );
  }
  const full = escaped(`${uri.replace(/\/$/, "")}${suffix === "" ? "" : `/${suffix.replace(/^\//, "")}`}`);
  try {
    const { user, password, host, port, database } = databaseOfEnvironment({
      DATABASE_URL: full,
      HOME: "/nonexistent",
    });
    return { user, password, host, port, database };
  } catch (error) {
    throw fault(
      what,
      `holds a URI under ${JSON.stringify(key)} that cannot be read: ${(error as Error).message.split("\n")[1] ?? "malformed"}`,
    );
  }
}

/**
 * People paste passwords unescaped. What stands between the first ":" of the user's part and the last "@" is the password, whatever
 * characters it holds; escapes that are there stay.
 */
function escaped(uri: string): string {
  const parts = /^([a-z0-9+]+:\/\/)([^:@/]*):(.*)@([^@]*)$/i.exec(uri);
  if (parts === null) return uri;
  const [, scheme = "", user = "", password = "", rest = ""] = parts;
  return `${scheme}${user}:${password.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9%._~-]/gu, encodeURIComponent)}@${rest}`;
}

function fault(what: string, why: string): Error {
  return new Error(
    `The secret ${what} ${why}. Its contents are not shown. Correct the secret, or name its shape in the configuration.`,
  );
}
