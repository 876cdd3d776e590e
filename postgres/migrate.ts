import { ident, row, rows, run, withTransaction } from "./connection";
import { DatabaseError, safeDatabaseError } from "./errors";
import type { CopySession } from "./guard";
import { proof, type Log, type Proof } from "./proof";
import { type MigrationFile, readMigrations, readStatements } from "./migrationFiles";
import { placeOf, type Statement } from "./sqlText";

export { runMigrationCommand } from "./migrateCommand";

/** The application's own bookkeeping; made when production has none. */
const bookkeeping = "schema_migration";

export interface MigrationResult {
  migrations: { name: string; outcome: "applied" | "already there" }[];
  proofs: Proof[];
}

/**
 * Applies the numbered `.sql` files of a folder (`0002_add_title.sql`) that the database does not have yet, in their
 * order, each in one transaction with its record in `schema_migration`, by whatever role the session has. A record is the
 * file's name without `.sql`, in column `name` or `version`; its SHA-256 stands beside it, in a column that is added where
 * the application's table has none. What production applied without a hash counts as applied.
 * @throws for a file that was edited after use, for a database that is newer than the folder, for commands of psql, and for
 * a statement that fails, with file, line and column; nothing of that file is applied then, and earlier files stay.
 */
export async function applyMigrations(copy: CopySession, folder: string, log: Log): Promise<MigrationResult> {
  const files = await readMigrations(folder);
  const statements = new Map(files.map((file) => [file, readStatements(file)]));
  const key = await prepareBookkeeping(copy);
  const applied = await readApplied(copy, key);
  refuseDrift(files, applied);
  const migrations: MigrationResult["migrations"] = [];
  for (const file of files) {
    if (applied.has(file.name)) {
      migrations.push({ name: file.name, outcome: "already there" });
      continue;
    }
    log(`migration ${file.name}`);
    await applyFile(copy, file, statements.get(file) ?? [], key);
    migrations.push({ name: file.name, outcome: "applied" });
  }
  const last = files.at(-1)?.name;
  const count = migrations.filter(({ outcome }) => outcome === "applied").length;
  return {
    migrations,
    proofs: last
      ? [
          proof(
            `The schema is at version ${last}.`,
            `${count} migrations applied, ${files.length - count} already there; each is recorded with its hash`,
          ),
        ]
      : [],
  };
}

/** The column that names a migration. */
async function prepareBookkeeping(copy: CopySession): Promise<string> {
  const columns = await rows<{ name: string }>(
    copy,
    `look for ${bookkeeping}`,
    `select attname as name from pg_catalog.pg_attribute
      where attrelid = pg_catalog.to_regclass($1) and attnum > 0 and not attisdropped`,
    [bookkeeping],
  );
  const names = columns.map((column) => column.name);
  if (names.length === 0) {
    await run(
      copy,
      `create ${bookkeeping}`,
      `create table ${bookkeeping} (name text primary key, sha256 text, applied_at timestamptz not null default pg_catalog.now())`,
    );
    return "name";
  }
  const key = ["name", "version"].find((name) => names.includes(name));
  if (key === undefined) {
    throw new Error(
      `the table ${bookkeeping} has neither a column name nor version, so what was applied cannot be told; its columns ` +
        `are ${names.join(", ")}. Nothing was applied. Use the application's own migration command instead`,
    );
  }
  if (!names.includes("sha256")) {
    await run(copy, `keep hashes in ${bookkeeping}`, `alter table ${bookkeeping} add column sha256 text`);
  }
  return key;
}

async function readApplied(copy: CopySession, key: string): Promise<Map<string, string | null>> {
  const found = await rows<{ name: string; sha256: string | null }>(
    copy,
    `read ${bookkeeping}`,
    `select ${ident(key)}::text as name, sha256 from ${bookkeeping}`,
  );
  return new Map(found.map(({ name, sha256 }) => [name, sha256]));
}

function refuseDrift(files: MigrationFile[], applied: Map<string, string | null>): void {
  const edited = files.filter((file) => {
    const hash = applied.get(file.name);
    return typeof hash === "string" && hash !== file.sha256;
  });
  if (edited.length > 0) {
    throw new Error(
      `edited after it was applied: ${edited.map((file) => `${file.name}.sql`).join(", ")}. Nothing was applied. Put the ` +
        "earlier text back and write a new migration for the change",
    );
  }
  const last = files.at(-1)?.number ?? Infinity;
  const newer = [...applied.keys()].filter((name) => Number(/^\d+/.exec(name)?.[0] ?? 0) > last);
  if (newer.length > 0) {
    throw new Error(
      `the database is newer than the folder: it has ${newer.sort().join(", ")}. Nothing was applied. Check out a revision ` +
        "of the application that is at least as new as production",
    );
  }
}

async function applyFile(
  copy: CopySession,
  file: MigrationFile,
  statements: Statement[],
  key: string,
): Promise<void> {
  const end: Statement = { text: "", offset: file.text.trimEnd().length };
  try {
    await withTransaction(copy, async () => {
      for (const statement of statements) {
        await copy.query(statement.text).catch((error: unknown) => {
          throw located(file, statement, error);
        });
      }
      // The file may have written its record itself.
      await row(
        copy,
        `record ${file.name}`,
        `insert into ${bookkeeping} (${ident(key)}, sha256) values ($1, $2)
         on conflict (${ident(key)}) do update set sha256 = excluded.sha256 returning 1`,
        [file.name, file.sha256],
      );
    });
  } catch (error) {
    if (error instanceof LocatedError) throw error;
    // Deferred constraints speak at the COMMIT.
    throw located(file, end, error);
  }
}

class LocatedError extends DatabaseError {}

/** The error with its place in the file and the line of the file that it is about: source, never a row. */
function located(file: MigrationFile, statement: Statement, error: unknown): LocatedError {
  const safe = safeDatabaseError(error, `migration ${file.name}`);
  const position = Number((error as { position?: string } | null)?.position ?? 0);
  // The server counts characters, JavaScript counts half of some.
  const within = [...statement.text].slice(0, Math.max(0, position - 1)).join("").length;
  const { line, column, source } = placeOf(file.text, statement.offset + within);
  const caret =
    [...source]
      .slice(0, column - 1)
      .map((one) => (one === "\t" ? one : " "))
      .join("") + "^";
  return new LocatedError(
    `${file.name}.sql:${line}:${column}: ${safe.message}\n    ${source}\n    ${caret}\n` +
      "Nothing of this file was applied; the files before it stay. Mend the file and run the stage again",
    safe.code,
  );
}
