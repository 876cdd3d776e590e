import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A short hash of parts whose order matters. 8 hex digits are enough to tell a stack's few generations apart. */
export function shortHash(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part};`);
  return hash.digest("hex").slice(0, 8);
}

/** What makes a copy: whatever changes one of these makes a new generation, proven beside the old one. */
export interface GenerationParts {
  source: string;
  snapshotId: string;
  rulesDigest: string;
  sanitiserRevision: number;
  /** Empty when migrations run in place (`prodcopy:migrate: inPlace`). */
  migrationsDigest: string;
  /** How often a copy of just this was made before and still stands: 0 but where the stack goes back to what it had. */
  turn: number;
}

export function generationOf(parts: GenerationParts): string {
  return shortHash(
    parts.source,
    parts.snapshotId,
    parts.rulesDigest,
    String(parts.sanitiserRevision),
    parts.migrationsDigest,
    ...(parts.turn === 0 ? [] : [String(parts.turn)]),
  );
}

/** Names and contents of a folder's files, for migrations. An empty text for no folder. */
export function folderDigest(folder: string | undefined): string {
  if (folder === undefined) return "";
  const files = fs.readdirSync(folder).sort();
  return shortHash(...files.flatMap((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]));
}
