import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { runnerStages, type RunnerMessage, type RunnerOrder, type RunnerStage } from "./stageRunner";

const root = path.resolve(__dirname, "../..");

/** Something that is done in the middle of a stage. */
export interface Point {
  stage: RunnerStage;
  /** What this is, for a person. */
  name: string;
  /** Before the stage begins: lets something last, or holds something. */
  prepare?: () => Promise<unknown>;
  /** The line at which it is done; without one `reached` says when. */
  line?: RegExp;
  /** Whether the moment is there. */
  reached?: () => Promise<boolean>;
  /** kill -9, or something that the run has to survive. */
  then: "kill" | (() => Promise<unknown>);
  /** Afterwards: lets go of what was held. */
  release?: () => Promise<unknown>;
}

/** Everything that the runs said. */
export interface RunsLog {
  lines: string[];
  outcomes: string[];
  hidden: string[];
  /** Names of points in the order in which they were met. */
  met: string[];
}

/**
 * Runs the stages to the end in processes of their own. At each point, in the given order, something happens; after a kill the next process begins
 * with the stage that was killed, on the state that is known of the one before, as the engine does.
 * @throws when a run fails, or ends before its point was met
 */
export async function runThrough(order: RunnerOrder, points: Point[], log: RunsLog): Promise<void> {
  const left = [...points];
  let next: RunnerOrder = order;
  for (;;) {
    const ended = await oneRun(next, left, log);
    if (ended === "done") {
      if (left.length > 0) throw new Error(`not met: ${left.map(({ name }) => name).join(", ")}`);
      return;
    }
    next = ended;
  }
}

async function oneRun(order: RunnerOrder, left: Point[], log: RunsLog): Promise<RunnerOrder | "done"> {
  const child = spawn(
    process.execPath,
    ["--require", "tsx/cjs", path.join(root, "test/support/stageRunner.ts")],
    {
      cwd: root,
      env: { ...process.env, ASKED: JSON.stringify(order) },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  child.stdin.on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => log.lines.push(chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let at: RunnerOrder = order;
  let killed = false;
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const message = JSON.parse(text) as RunnerMessage;
      if ("hidden" in message) {
        log.hidden.push(message.hidden);
        continue;
      }
      if ("failed" in message) throw new Error(`stage ${at.first} failed: ${message.failed}`);
      if ("begins" in message) {
        at = { ...at, first: message.begins };
        if (left[0]?.stage === message.begins) killed = await begin(child, left, log);
        else child.stdin.write("go\n");
      }
      if ("ends" in message) {
        log.outcomes.push(JSON.stringify(message));
        at = { ...at, state: message.state };
        if (message.ends === runnerStages.at(-1)) continue;
      }
      if ("line" in message) {
        log.lines.push(`${at.first}: ${message.line}`);
        if (left[0]?.stage === at.first && left[0].line?.test(message.line)) {
          killed = await happen(child, left, log);
        }
      }
      if (killed) break;
    }
  } finally {
    if (killed) child.kill("SIGKILL");
    await exited;
  }
  return killed ? at : "done";
}

/** Lets the stage begin. Where no line tells that a point is met, it is waited for. */
async function begin(child: ChildProcess, left: Point[], log: RunsLog): Promise<boolean> {
  const point = left[0]!;
  await point.prepare?.();
  child.stdin?.write("go\n");
  if (point.line !== undefined) return false;
  let ended = false;
  child.once("exit", () => (ended = true));
  // What it said before it ended comes next in its output.
  while (!ended && (await point.reached?.()) === false) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return ended ? false : happen(child, left, log);
}

async function happen(child: ChildProcess, left: Point[], log: RunsLog): Promise<boolean> {
  const point = left.shift()!;
  log.met.push(point.name);
  if (point.then === "kill") child.kill("SIGKILL");
  else await point.then();
  await point.release?.();
  return point.then === "kill";
}
