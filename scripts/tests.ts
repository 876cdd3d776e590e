import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureSandboxPython } from "./sandbox/python";
import { ensurePulumi } from "./toolchain/pulumi";

const checkout = path.resolve(__dirname, "..");

/** Folders of tests, the slowest first: files are begun in this order, so that none of the long ones stands alone at the end. */
const folders = ["engine", "postgres", "aws", "browser", "provider", "program", "unit"];
/** These drive the real engine. */
const wantPulumi = ["engine", "provider"];
/** These talk to the AWS sandbox. */
const wantSandbox = ["aws"];
/** After its last result mocha ends by itself unless a test left something open. */
const endTimeoutMs = 60_000;
/** After so long without a result a line says which files are running. */
const silenceMs = 60_000;

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What the reporter tells the process that started mocha, after each result and at the end: the counts so far. */
export interface Tally extends Counts {
  /** Absolute path of the file that the latest result is from; none for a failure outside of every file. */
  file?: string;
  ended: boolean;
}

/** The line that closes every run; programs read it. */
export function closingLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/**
 * Runs the named test files, or all of them, side by side, and prints the closing line.
 * @returns the exit code: 0 only when something ran and nothing failed.
 */
export async function runTests(named: string[], options: { grep?: string }): Promise<number> {
  const files = named.length > 0 ? named.map((file) => path.resolve(file)) : allTestFiles();
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    if (files.some((file) => isBelow(file, wantPulumi))) await prepareToolchain();
    if (files.some((file) => isBelow(file, wantSandbox))) await prepareSandbox();
    counts = await runMocha(files, options.grep);
  } catch (error) {
    console.error((error as Error).message);
  }
  const ran = counts.passed + counts.failed;
  if (ran === 0) console.error("No test ran: nothing was proven, so this counts as a failure.");
  console.log(`\n${closingLine(counts)}`);
  return ran > 0 && counts.failed === 0 ? 0 : 1;
}

function allTestFiles(): string[] {
  return folders.flatMap((folder) => {
    const place = path.join(checkout, "test", folder);
    const names = fs.existsSync(place) ? fs.readdirSync(place, { recursive: true, encoding: "utf8" }) : [];
    const files = names.filter((name) => name.endsWith(".test.ts")).sort();
    return files.map((name) => path.join(place, name));
  });
}

function isBelow(file: string, named: string[]): boolean {
  return named.some((folder) => file.startsWith(path.join(checkout, "test", folder) + path.sep));
}

/** Before the tests, so that none of them waits for PyPI. Where it cannot be had, they skip and say why. */
async function prepareSandbox(): Promise<void> {
  await ensureSandboxPython((line) => console.log(line)).catch((error: Error) => console.log(error.message));
}

async function prepareToolchain(): Promise<void> {
  const { version, source, command } = await ensurePulumi((line) => console.log(line));
  console.log(`Pulumi ${version} (${source}: ${command})`);
}

async function runMocha(files: string[], grep: string | undefined): Promise<Counts> {
  const jobs = files.length > 1 ? Math.max(2, os.availableParallelism()) : 1;
  const args = [
    require.resolve("mocha/bin/mocha.js"),
    ...["--config", path.join(checkout, ".mocharc.yml")],
    ...["--reporter", path.join(checkout, "test", "support", "reporter.ts")],
    // One file alone shows its results as they come; of several each shows its own when it is through.
    ...(jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : []),
    ...(grep === undefined ? [] : ["--grep", grep]),
    ...files,
  ];
  const mocha = spawn(process.execPath, args, {
    cwd: checkout,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const news = new News(files);
  let overdue: NodeJS.Timeout | undefined;
  mocha.on("message", (message) => {
    news.take(message as Tally);
    if (news.tally.ended) overdue = setTimeout(() => mocha.kill("SIGKILL"), endTimeoutMs);
  });
  const reminder = setInterval(() => news.remind(jobs), silenceMs / 2);
  // Ctrl-C reaches mocha too; this process stays for the closing line.
  const stay = () => undefined;
  process.on("SIGINT", stay);
  const code = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    mocha.on("error", reject);
    mocha.on("close", (exitCode, signal) => resolve(signal ?? exitCode ?? 1));
  });
  clearTimeout(overdue);
  clearInterval(reminder);
  process.off("SIGINT", stay);
  const silent = grep === undefined ? news.withoutResult() : [];
  for (const file of silent) {
    console.error(`No result came from ${file}: it could not be loaded, ended early, or is empty.`);
  }
  console.log(`\n${files.length} files, ${news.seconds()} s, ${jobs} side by side`);
  return judged(news.tally, code, silent.length);
}

/** What is known of a run while it goes on. */
class News {
  tally: Tally = { passed: 0, failed: 0, skipped: 0, ended: false };
  private readonly began = Date.now();
  private latest = Date.now();
  private readonly heardFrom = new Set<string>();

  constructor(private readonly files: string[]) {}

  take(tally: Tally): void {
    this.tally = tally;
    this.latest = Date.now();
    if (tally.file !== undefined) this.heardFrom.add(tally.file);
  }

  seconds(): number {
    return Math.round((Date.now() - this.began) / 1000);
  }

  withoutResult(): string[] {
    return this.files
      .filter((file) => !this.heardFrom.has(file))
      .map((file) => path.relative(checkout, file));
  }

  /** Files are begun in their order, so the first ones without a result are those that run. */
  remind(jobs: number): void {
    if (Date.now() - this.latest < silenceMs) return;
    this.latest = Date.now();
    console.log(`\n... ${this.seconds()} s, running: ${this.withoutResult().slice(0, jobs).join(", ")}`);
  }
}

/** The counts, with one failure more when mocha did not end as they say, or not every file was heard of. */
function judged(tally: Tally, code: number | NodeJS.Signals, silentFiles: number): Counts {
  const { passed, failed, skipped, ended } = tally;
  const asTold = ended && (failed > 0 ? typeof code === "number" && code > 0 : code === 0);
  if (asTold && (failed > 0 || silentFiles === 0)) return { passed, failed, skipped };
  if (!asTold) {
    const how = typeof code === "number" ? `with exit code ${code}` : `by ${code}`;
    const open = "after its last result: a test left something open, or failed outside of every test";
    console.error(
      `mocha ended ${how} ${ended ? open : "before its last result"}. This counts as one failure.`,
    );
  }
  return { passed, failed: failed + 1, skipped };
}
