import * as fs from "node:fs";
import { rm, rename, writeFile } from "node:fs/promises";

/** Whose password is looked for. */
export interface PasswordFor {
  host: string;
  port: number;
  database: string;
  user: string;
}

/**
 * The password that a file of libpq's form (`host:port:database:user:password`, `*` for any) has for a connection; undefined
 * when there is no such file or line. Read here and not by the package `pgpass`, which looks at this process's PGPASSWORD
 * first and so would find nothing for a second database.
 * @throws when others may read the file, as libpq refuses it.
 */
export function passwordFromFile(file: string, wanted: PasswordFor): string | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return undefined;
  if ((found.mode & 0o077) !== 0) {
    throw new Error(
      `the password file ${file} can be read by others, so it is not used; run: chmod 600 ${file}`,
    );
  }
  for (const line of fs.readFileSync(file, "utf8").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const [host, port, database, user, password] = fieldsOf(line);
    if (password === undefined) continue;
    const fits =
      hostFits(host, wanted.host) &&
      oneOf(port, String(wanted.port)) &&
      oneOf(database, wanted.database) &&
      oneOf(user, wanted.user);
    if (fits) return password;
  }
  return undefined;
}

/**
 * Writes a file with one line for whatever program is given its name: the password for every connection. Readable by this user
 * alone; replaced in one step, so that nobody reads half of it.
 */
export async function writePasswordFile(file: string, password: string): Promise<void> {
  const whole = `${file}.new`;
  await rm(whole, { force: true });
  await writeFile(whole, `*:*:*:*:${password.replace(/[\\:]/g, "\\$&")}\n`, { mode: 0o600, flag: "wx" });
  await rename(whole, file);
}

/** A backslash stands before a colon or a backslash that is meant as such; the password is the fifth field. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "\\" && i + 1 < line.length) fields.push(`${fields.pop()}${line[++i]}`);
    else if (line[i] === ":" && fields.length < 5) fields.push("");
    else fields.push(`${fields.pop()}${line[i]}`);
  }
  return fields;
}

function oneOf(field: string | undefined, value: string): boolean {
  return field === "*" || field === value;
}

/** `localhost` stands for a Unix socket as well. */
function hostFits(field: string | undefined, host: string): boolean {
  return oneOf(field, host) || (host.startsWith("/") && field === "localhost");
}
