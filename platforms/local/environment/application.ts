/** The application of an environment: one process that outlives whoever started it, and its answer to "are you well?". */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as path from "node:path";
import { z } from "zod";
import type { EnvironmentSettings } from "../../platform";
import { endProcess, findProcesses, identityOf, isSameProcess } from "../processes";
import type { EnvironmentStore, ProcessRecord } from "./store";

/** What `/health` of the application says; see `application/server.ts`. */
const answerSchema = z.object({
  status: z.enum(["ok", "failing"]),
  environmentId: z.string(),
  instance: z.string(),
  database: z.string().optional(),
  members: z.number().optional(),
  reason: z.string().optional(),
  code: z.string().optional(),
});
export type HealthAnswer = z.infer<typeof answerSchema>;

/** How an application is after it was waited for. `reason` is a sentence for a person. */
export type Health = { healthy: true; evidence: string } | { healthy: false; reason: string };

/** An answer that does not change for so long is the final one: a wrong password does not become right. */
const steadyFailureMs = 10_000;
const mayPass = ["57P03", "53300", "unknown"];

const program = path.join(__dirname, "..", "application", "main.ts");
/** Another checkout's application is known by the end of its path. */
const programEnd = path.join(path.sep, "application", "main.ts");

/** The process that runs now, if it is the recorded one. */
export async function runningProcess(store: EnvironmentStore): Promise<ProcessRecord | undefined> {
  const recorded = await store.readProcess();
  return recorded !== undefined && (await isSameProcess(recorded)) ? recorded : undefined;
}

/**
 * Stops what runs and starts the application on these settings. They reach it by its environment alone, never by its
 * arguments; nothing of the caller's own environment does.
 */
export async function restartApplication(
  store: EnvironmentStore,
  settings: EnvironmentSettings,
): Promise<ProcessRecord> {
  await stopApplication(store);
  const instance = randomUUID();
  const log = await fs.open(store.logFile, "a", 0o600);
  try {
    const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), program, markOf(store)], {
      cwd: store.folder,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      env: { ...inherited(), ...settings, ...ownSettings(store, instance) },
    });
    const started = new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error: NodeJS.ErrnoException) =>
        reject(
          new Error(
            `The application of environment "${store.identity.name}" cannot be started: ${error.code ?? "unknown error"}`,
          ),
        ),
      );
    });
    await started;
    child.unref();
    const identity = child.pid === undefined ? undefined : await identityOf(child.pid);
    const record = {
      pid: child.pid ?? 0,
      startedAt: identity?.startedAt ?? "ended at once",
      instance,
      settingsDigest: store.digest(settings),
    };
    await store.writeProcess(record);
    return record;
  } finally {
    await log.close();
  }
}

/** Ends the recorded process, and any that a killed caller started without having recorded it. Never anybody else's. */
export async function stopApplication(store: EnvironmentStore): Promise<void> {
  const mark = markOf(store);
  const ours = await findProcesses(
    (args) => args.includes(mark) && args.some((arg) => arg.endsWith(programEnd)),
  );
  for (const application of ours) await endProcess(application);
  await store.removeProcess();
}

/** Polls until the application of this very start answers that it is well, its failure is steady, it ends, or the time is over. */
export async function waitForHealth(
  store: EnvironmentStore,
  record: ProcessRecord,
  timeoutMs: number,
  steadyMs = steadyFailureMs,
): Promise<Health> {
  const deadline = Date.now() + timeoutMs;
  let reason = "It has not answered yet.";
  let steadyCode: string | undefined;
  let steadySince = 0;
  while (Date.now() < deadline) {
    const answer = await askHealth(store.identity.port);
    if (answer?.instance === record.instance) {
      if (answer.status === "ok") return { healthy: true, evidence: evidenceOf(answer) };
      reason = answer.reason ?? "It says that it is not well.";
      const code = answer.code ?? reason;
      if (code !== steadyCode) [steadyCode, steadySince] = [code, Date.now()];
      if (!mayPass.includes(code) && Date.now() - steadySince >= steadyMs) {
        return { healthy: false, reason };
      }
    } else if (!(await isSameProcess(record))) {
      return {
        healthy: false,
        reason: `Its process ended. The last line of its log: ${await store.lastLogLine()}`,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { healthy: false, reason: `${reason} Waited ${Math.round(timeoutMs / 1000)} s.` };
}

export async function currentHealth(store: EnvironmentStore): Promise<"Ok" | "Degraded" | "Unknown"> {
  const record = await runningProcess(store);
  if (record === undefined) return "Unknown";
  const answer = await askHealth(store.identity.port);
  return answer?.instance === record.instance && answer.status === "ok" ? "Ok" : "Degraded";
}

export function urlOf(store: EnvironmentStore): string {
  return `http://127.0.0.1:${store.identity.port}/`;
}

function evidenceOf(answer: HealthAnswer): string {
  return `GET /health: 200, on ${answer.database ?? "its database"}, ${answer.members ?? 0} members`;
}

/** The argument by which its processes are known in the system's list. */
function markOf(store: EnvironmentStore): string {
  return `--environment=${store.identity.id}`;
}

function inherited(): NodeJS.ProcessEnv {
  const names = ["PATH", "TMPDIR", "TZ", "LANG"];
  return Object.fromEntries(
    names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]),
  );
}

function ownSettings(store: EnvironmentStore, instance: string): EnvironmentSettings {
  return {
    PORT: String(store.identity.port),
    PRODCOPY_ENVIRONMENT: store.identity.name,
    PRODCOPY_ENVIRONMENT_ID: store.identity.id,
    PRODCOPY_INSTANCE: instance,
  };
}

/** Settings that the environment makes itself. */
export const reservedNames = ["PORT", "PRODCOPY_ENVIRONMENT", "PRODCOPY_ENVIRONMENT_ID", "PRODCOPY_INSTANCE"];

/** Undefined when nobody answers, or somebody who is no application of ours. */
function askHealth(port: number): Promise<HealthAnswer | undefined> {
  return new Promise((resolve) => {
    const request = http.get(
      { host: "127.0.0.1", port, path: "/health", agent: false, signal: AbortSignal.timeout(10_000) },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
          if (text.length > 65_536) response.destroy();
        });
        response.on("close", () => resolve(parseAnswer(text)));
      },
    );
    request.on("error", () => resolve(undefined));
  });
}

function parseAnswer(text: string): HealthAnswer | undefined {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
