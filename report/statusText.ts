import * as picocolors from "picocolors";
import type { Report } from "./model";
import { stageLines, type ShownState, type StageLine } from "./stages";
import { between, duration, moment, visible } from "./text";
import { states } from "./theme";
import { goOn, verdictOf } from "./verdict";

/** What stands where at this moment, without secrets. `prodcopy status` gathers it; `undefined` is what is not there. */
export interface Status {
  platform: "local" | "aws";
  production: ServerStatus | undefined;
  copy: CopyStatus | undefined;
  /** Copies of the stack beside that one: being made, unfinished, or waiting for their removal by the next `up`. */
  others: Pick<CopyStatus, "id" | "host" | "port">[];
  environment: EnvironmentStatus | undefined;
  /** The report of the newest generation. */
  report: Report | undefined;
  /** Where its page is. */
  reportPath: string | undefined;
}

export interface ServerStatus {
  name: string;
  host: string;
  port: number;
  /** In a word, e.g. `running`. */
  state: string;
}

export interface CopyStatus {
  id: string;
  host: string;
  port: number;
  database: string;
  /** ISO 8601: when the data was current; undefined where no report says. */
  dataFrom: string | undefined;
  expiresAt: string;
}

export interface EnvironmentStatus {
  name: string;
  url: string;
  /** In words, e.g. `Ready, Ok`. */
  health: string;
  host: string;
  port: number;
  database: string;
  /** What it stands on: the copy, what it stood on before, or something that neither is known for. */
  on: "copy" | "before" | "other";
}

/** As `prodcopy status --json` prints it: a stable interface. What is not there is null. */
export function statusJson(status: Status) {
  return {
    platform: status.platform,
    production: status.production ?? null,
    copy: status.copy === undefined ? null : { ...status.copy, dataFrom: status.copy.dataFrom ?? null },
    otherCopies: status.others,
    environment: status.environment ?? null,
    stages: stageLines(status.report),
  };
}

/** The same in a few lines for a person. `colour` only where a terminal reads it; `now` is what ages are counted to. */
export function statusText(status: Status, options: { colour: boolean; now: Date }): string {
  const colours = picocolors.createColors(options.colour);
  const now = options.now.toISOString();
  const lines = [
    entry(colours, "Production", productionLine(status.production)),
    entry(colours, "Copy", copyLine(status.copy, now)),
    ...status.others.map((one) => entry(colours, "", otherLine(one))),
    entry(colours, "Test", environmentLine(status.environment, status.copy)),
  ];
  if (status.report === undefined) {
    return [...lines, entry(colours, "Last run", "none yet")].join("\n") + "\n";
  }
  const verdict = verdictOf(status.report);
  const paint = { accent: colours.green, stop: colours.red, busy: colours.yellow, soft: colours.dim };
  lines.push(entry(colours, "Last run", paint[states[verdict.state].tone](verdict.title)));
  const error = verdict.trouble?.error;
  if (error !== undefined) lines.push(...error.split("\n").map((line) => entry(colours, "", visible(line))));
  const onwards = verdict.left.find(({ what }) => what === goOn);
  if (onwards !== undefined) lines.push(entry(colours, goOn, onwards.how));
  if (status.reportPath !== undefined) lines.push(entry(colours, "Report", status.reportPath));
  // What the stages of a removed copy showed says nothing of today.
  if (status.report.closedAt !== undefined) return lines.join("\n") + "\n";
  lines.push("", ...stageLines(status.report).map((line) => stageText(colours, line, paint)));
  return lines.join("\n") + "\n";
}

type Colours = ReturnType<typeof picocolors.createColors>;

function entry(colours: Colours, label: string, text: string): string {
  return `${colours.bold(label.padEnd(11))} ${text}`.trimEnd();
}

function productionLine(server: ServerStatus | undefined): string {
  if (server === undefined) return "none that is known here";
  return `${visible(server.name)} at ${server.host}:${server.port}, ${server.state}`;
}

function copyLine(copy: CopyStatus | undefined, now: string): string {
  if (copy === undefined) return "none";
  const age =
    copy.dataFrom === undefined
      ? ""
      : `, data of ${moment(copy.dataFrom)} (${between(copy.dataFrom, now)} old)`;
  const expiry =
    copy.expiresAt <= now
      ? `, expired ${between(copy.expiresAt, now)} ago`
      : `, expires in ${between(now, copy.expiresAt)}`;
  return `${visible(copy.id)} at ${copy.host}:${copy.port}${age}${expiry}`;
}

function otherLine({ id, host, port }: Status["others"][number]): string {
  return `${visible(id)} at ${host}:${port} beside it: not in use; the next \`pulumi up\` finishes or removes it`;
}

function environmentLine(environment: EnvironmentStatus | undefined, copy: CopyStatus | undefined): string {
  if (environment === undefined) return "no environment that is known here";
  const place = `${environment.host}:${environment.port}/${visible(environment.database)}`;
  const on = {
    copy: `on the copy${copy === undefined ? "" : ` ${visible(copy.id)}`}`,
    before: `on what it stood on before the copy (${place})`,
    other: `on ${place}, which is neither the copy nor what it stood on before`,
  }[environment.on];
  return `${visible(environment.name)} is ${on}, ${environment.health}, ${environment.url}`;
}

const signs: Record<ShownState, string> = {
  done: "✓",
  earlier: "✓",
  failed: "✗",
  interrupted: "✗",
  running: "…",
  pending: "·",
};

function stageText(
  colours: Colours,
  line: StageLine,
  paint: Record<"accent" | "stop" | "busy" | "soft", (text: string) => string>,
): string {
  const { tone, label } = states[line.state];
  const time = line.state === "done" && line.seconds !== null ? duration(line.seconds) : label;
  const proof = line.proof === null || line.proof === label ? "" : visible(line.proof);
  return `  ${paint[tone](signs[line.state])} ${line.name.padEnd(9)} ${time.padStart(12)}  ${colours.dim(proof)}`.trimEnd();
}
