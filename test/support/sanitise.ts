import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { type ConnectionTarget, type Session, withSession } from "../../postgres/connection";
import type { CopySession } from "../../postgres/guard";
import { withStageLock } from "../../postgres/stageLock";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { library } from "../../postgres/sanitise/functions/library";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { sanitise, type Sanitised } from "../../postgres/sanitise/sanitise";
import { createWorkspace, holdKey, settle } from "../../postgres/sanitise/workspace";

/** A session that a test takes for the copy, by the guard. */
export type AsCopy = (session: Session) => Promise<CopySession>;

/** A plan from rules in YAML, bound to the database of the session. */
export async function planOf(session: Session, yaml: string, database: string): Promise<SanitisePlan> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-rules-"));
  try {
    const file = path.join(folder, "rules.yaml");
    await fs.writeFile(file, yaml);
    return await planDatabase(session, await loadRules(file), database);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** Rules, plan and run on one database of a scratch server. */
export async function sanitiseWith(
  target: ConnectionTarget,
  asCopy: AsCopy,
  yaml: string,
  lines: string[] | ((line: string) => void) = [],
  workers = 1,
): Promise<Sanitised> {
  const session = <T>(use: (copy: CopySession) => Promise<T>) =>
    withSession(target, { applicationName: "prodcopy sanitise worker" }, async (s) => use(await asCopy(s)));
  const work = async (copy: CopySession) =>
    sanitise({
      copy,
      plan: await planOf(copy, yaml, target.database),
      openSession: session,
      resourceId: "test-resource",
      runId: "test-run",
      log: Array.isArray(lines) ? (line) => lines.push(line) : lines,
      workers,
    });
  // As the pipeline does: what a killed predecessor had the server do is waited for.
  const name = "prodcopy sanitise test";
  return withSession(target, { applicationName: name }, async (s) => {
    const copy = await asCopy(s);
    return withStageLock(
      copy,
      name,
      () => undefined,
      () => work(copy),
      { everyMs: 20, idleMs: 1000 },
    );
  });
}

/** The functions of the sanitiser with a key, ready to be called in the session. */
export async function withFunctions(copy: CopySession): Promise<void> {
  await settle(copy);
  await copy.query("drop schema if exists prodcopy cascade; create schema prodcopy");
  await createWorkspace(copy);
  await holdKey(copy);
  if (library.length === 0) throw new Error("there are no functions");
}

/**
 * Which of these values (or any that has the shape) occur in the files below a folder, each with its files. `shape` is a pattern that finds each of them, so
 * that a file is read once however many are looked for.
 */
export async function grepFiles(
  folder: string,
  needles: string[] | undefined,
  shape: RegExp,
): Promise<Map<string, string[]>> {
  const wanted = needles && new Set(needles);
  const found = new Map<string, string[]>();
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = await fs.readFile(file, "latin1").catch(() => "");
    for (const match of new Set(text.match(shape) ?? [])) {
      if (wanted?.has(match) ?? true) {
        found.set(match, [...(found.get(match) ?? []), path.relative(folder, file)]);
      }
    }
  }
  return found;
}
