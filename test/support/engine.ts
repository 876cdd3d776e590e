import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localHome, type LocalHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import type { Platform } from "../../platforms/platform";
import { readEvents, reportPaths } from "../../report/store";
import type { StageEvent } from "../../report/compose";
import { demonstration, startDemonstration, stopDemonstration } from "../../scripts/demonstration";
import { ensurePulumi, pulumiEnvironment } from "../../scripts/toolchain/pulumi";

/**
 * A project, a home and a backend of its own for one test file, driven by the real CLI. The project is a folder of links
 * to the checkout, with its own configuration, rules and migrations, so that a test may change them.
 */
export interface RunResult {
  code: number;
  /** Everything that it printed, both streams. */
  text: string;
}

/** When to kill: the first event of a run that fits. */
export interface KillPoint {
  stage: string;
  event: StageEvent["event"];
  line?: RegExp;
}

/** Whom kill -9 hits: the CLI and all that it started, or only the process that runs the stages, or only the CLI. */
export type Victim = "everything" | "provider" | "cli";

const checkout = path.resolve(__dirname, "../..");
const linked = [
  "index.ts",
  "package.json",
  "node_modules",
  "components",
  "pipeline",
  "postgres",
  "platforms",
  "report",
];
const copied = ["Pulumi.yaml", "rules", "migrations"];

export class Engine {
  private readonly known = new Map<string, { seen: string; events: StageEvent[] }>();

  private constructor(
    readonly stack: string,
    readonly home: LocalHome,
    readonly project: string,
    readonly platform: Platform,
    private readonly environment: Record<string, string>,
    private readonly end: () => Promise<void>,
  ) {}

  /** Makes sample production, its snapshot, the Test environment and the stack `local`. */
  static create(members = 60): Promise<Engine> {
    return Engine.of(demonstration.stack, async ({ project, home }) => {
      const file = `Pulumi.${demonstration.stack}.yaml`;
      fs.copyFileSync(path.join(checkout, file), path.join(project, file));
      await startDemonstration(home, members, () => undefined);
      const platform = localPlatform(home);
      const end = async () => {
        await stopDemonstration(home, () => undefined);
        await platform.sweep(demonstration.stack, () => undefined);
      };
      return { platform, end };
    });
  }

  /**
   * A stack in a project and a home of its own.
   * @param make writes the stack's file and makes what stands outside the stack; `end` stops it again, with what the stack left
   */
  static async of(
    stack: string,
    make: (place: {
      project: string;
      home: LocalHome;
    }) => Promise<{ platform: Platform; end: () => Promise<void> }>,
  ): Promise<Engine> {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-engine-"));
    fs.chmodSync(root, 0o755);
    process.env.PRODCOPY_HOME = path.join(root, "home");
    const home = localHome();
    const project = path.join(root, "project");
    fs.mkdirSync(project);
    for (const name of linked) fs.symlinkSync(path.join(checkout, name), path.join(project, name));
    for (const name of copied) {
      fs.cpSync(path.join(checkout, name), path.join(project, name), { recursive: true });
    }
    const toolchain = await ensurePulumi(() => undefined);
    const environment = pulumiEnvironment(toolchain, stack, home);
    const { platform, end } = await make({ project, home });
    const engine = new Engine(stack, home, project, platform, environment, end);
    await engine.mustRun(["stack", "init", stack]);
    return engine;
  }

  up(): Promise<RunResult> {
    return this.run(["up", "--yes", "--skip-preview", "--stack", this.stack]);
  }

  preview(): Promise<RunResult> {
    return this.run(["preview", "--stack", this.stack]);
  }

  refresh(): Promise<RunResult> {
    return this.run(["refresh", "--yes", "--stack", this.stack]);
  }

  destroy(): Promise<RunResult> {
    return this.run(["destroy", "--yes", "--skip-preview", "--stack", this.stack]);
  }

  /** Gives up the lock that a killed run left. */
  async cancel(): Promise<void> {
    await this.run(["cancel", "--yes", "--stack", this.stack]);
  }

  async outputs(): Promise<Record<string, string>> {
    const { text } = await this.mustRun(["stack", "output", "--json", "--stack", this.stack]);
    return JSON.parse(text) as Record<string, string>;
  }

  /** Changes one key of the stack's configuration in this project only. */
  configure(key: string, value: string): void {
    const file = path.join(this.project, `Pulumi.${this.stack}.yaml`);
    const lines = fs.readFileSync(file, "utf8").split("\n");
    const kept = lines.filter((line) => !line.trimStart().startsWith(`prodcopy:${key}:`));
    const config = kept.indexOf("config:");
    kept.splice(config + 1, 0, `  prodcopy:${key}: ${JSON.stringify(value)}`);
    fs.writeFileSync(file, kept.join("\n"));
  }

  /** Runs `up` and kills it when the event appears. @throws when the run ends without it. */
  async upKilledAt(point: KillPoint, victim: Victim = "everything"): Promise<void> {
    const child = this.spawn(["up", "--yes", "--skip-preview", "--stack", this.stack]);
    const ended = finished(child);
    await this.waitFor(ended, point);
    kill(child, victim);
    await ended;
    await this.cancel();
  }

  /** Waits for an event of a run that is under way. @throws when the run ends without it. */
  async waitFor(run: Promise<RunResult>, point: KillPoint): Promise<void> {
    // By time: the report of a generation that is made again starts afresh, so a count would not do.
    const since = new Date().toISOString();
    let over = false;
    void run.then(() => (over = true));
    for (;;) {
      if (this.events().some((event) => event.at >= since && fits(event, point))) {
        return;
      }
      if (over) {
        throw new Error(
          `the run ended before ${point.stage} ${point.event} ${point.line ?? ""}:\n${(await run).text}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** All events of all runs so far, in order of time. Asked every few milliseconds: a file that did not change is not read again. */
  events(): StageEvent[] {
    if (!fs.existsSync(this.home.reports)) return [];
    return fs
      .readdirSync(this.home.reports)
      .flatMap((name) => this.eventsOf(path.join(this.home.reports, name)))
      .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  }

  private eventsOf(folder: string): StageEvent[] {
    const stat = fs.statSync(reportPaths(folder).events, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const seen = `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
    const known = this.known.get(folder);
    if (known?.seen === seen) return known.events;
    const events = readEvents(folder);
    this.known.set(folder, { seen, events });
    return events;
  }

  run(args: string[]): Promise<RunResult> {
    return finished(this.spawn(args));
  }

  private async mustRun(args: string[]): Promise<RunResult> {
    const result = await this.run(args);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${result.text}`);
    return result;
  }

  private spawn(args: string[]): ChildProcess {
    return spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.project,
      env: { ...process.env, ...this.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Stops every process and removes every folder of this test. */
  async dispose(): Promise<void> {
    await this.end();
    fs.rmSync(path.dirname(this.project), { recursive: true, force: true });
    delete process.env.PRODCOPY_HOME;
  }
}

function fits(event: StageEvent, point: KillPoint): boolean {
  const right = event.stage === point.stage && event.event === point.event;
  return right && (point.line === undefined || point.line.test(event.line));
}

function finished(child: ChildProcess): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 137, text }));
  });
}

function kill(child: ChildProcess, victim: Victim): void {
  const cli = child.pid!;
  // Servers and the application are started to outlive who started them; they are no part of the run.
  const tree = treeOf(cli).filter(({ command }) => !/postgres|--environment=/.test(command));
  const victims = {
    cli: [cli],
    everything: tree.map(({ pid }) => pid),
    provider: tree.filter(({ command }) => command.includes("dynamic-provider")).map(({ pid }) => pid),
  }[victim];
  if (victims.length === 0) throw new Error(`there is no process of ${victim} to kill`);
  for (const pid of victims) process.kill(pid, "SIGKILL");
}

/** The process and all that descend from it. Pulumi gives its plugins process groups of their own, so a group would not do. */
function treeOf(root: number): { pid: number; command: string }[] {
  const all = fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = fs.readFileSync(`/proc/${name}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return [{ pid: Number(name), parent, command: fs.readFileSync(`/proc/${name}/cmdline`, "utf8") }];
      } catch {
        return [];
      }
    });
  const family = all.filter(({ pid }) => pid === root);
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  return family;
}
