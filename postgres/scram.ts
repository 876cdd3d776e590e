import { createHash, createHmac, pbkdf2Sync, randomBytes, randomInt } from "node:crypto";

/** PostgreSQL's own default; pgjdbc, libpq and node-postgres all take it. */
const iterations = 4096;
/** Letters and digits only: safe in URIs, environment files, passfiles and settings pages alike. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * The SCRAM-SHA-256 verifier of a password, as `ALTER ROLE ... PASSWORD` takes it. Statements carry this and never the
 * password, so no log, `pg_stat_activity` or `pg_stat_statements` holds one.
 *
 * PostgreSQL prepares passwords with SASLprep before hashing. For printable ASCII that changes nothing, so nothing else is
 * accepted here: our passwords are random ASCII (`randomPassword`), and a wrong guess would be a login that never works.
 * @throws when the password is empty or holds anything but printable ASCII.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new Error(
      "a SCRAM verifier was asked for a password that is empty or not printable ASCII; use a generated password",
    );
  }
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** A password with 190 bits of randomness: 32 letters and digits. */
export function randomPassword(length = 32): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
