import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import { placeOf, splitSql, type Statement } from "./sqlText";

export interface MigrationFile {
  /** The file's name without `.sql`; the record's key. */
  name: string;
  number: number;
  text: string;
  sha256: string;
}

/** The numbered `.sql` files of a folder, in their order. @throws for a file without a number, and for two of one number. */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
  const files: MigrationFile[] = [];
  for (const fileName of names) {
    const digits = /^(\d+)[_-]/.exec(fileName)?.[1];
    if (digits === undefined) {
      throw new Error(
        `the migration ${fileName} has no number, so its turn is unknown; name it like 0007_what_it_does.sql. Nothing was applied`,
      );
    }
    const bytes = await readFile(path.join(folder, fileName));
    files.push({
      name: fileName.slice(0, -".sql".length),
      number: Number(digits),
      text: bytes.toString("utf8").replace(/^\uFEFF/, ""),
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
  }
  files.sort((a, b) => a.number - b.number);
  const twin = files.find((file, index) => files[index + 1]?.number === file.number);
  if (twin) {
    const both = files.filter((file) => file.number === twin.number).map((file) => `${file.name}.sql`);
    throw new Error(
      `the migrations ${both.join(" and ")} have one number, so their order is unknown. Nothing was applied`,
    );
  }
  return files;
}

/** @throws for what only psql understands, and for statements that would end the transaction of the file. */
export function readStatements(file: MigrationFile): Statement[] {
  const { statements, metaCommands } = splitSql(file.text);
  const refuse = (offset: number, why: string) => {
    const { line, column } = placeOf(file.text, offset);
    return new Error(`${file.name}.sql:${line}:${column}: ${why}. Nothing was applied`);
  };
  const [meta] = metaCommands;
  if (meta !== undefined) {
    throw refuse(
      meta,
      "commands of psql (\\...) and inline COPY data are not SQL; write INSERT, or take them out",
    );
  }
  for (const { text, offset } of statements) {
    if (/^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(text)) {
      throw refuse(offset, "COPY FROM stdin has no data here");
    }
    if (/^(begin|commit|rollback|abort|end|start\s+transaction|prepare\s+transaction)\b/i.test(text)) {
      throw refuse(offset, "each file runs in one transaction with its record; take BEGIN and COMMIT out");
    }
  }
  return statements;
}
