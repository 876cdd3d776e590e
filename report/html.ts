import * as fs from "node:fs";
import * as path from "node:path";
import { Eta } from "eta";
import type { Report, StageReport } from "./model";
import { pipelineSvg } from "./pipelineSvg";
import { sanitiseView } from "./sanitiseView";
import { detail, notProvenOf, proofsOf } from "./stages";
import { story } from "./story";
import { partsCss } from "./svgParts";
import * as text from "./text";
import { fontStack, states, themeCss } from "./theme";
import { verdictOf } from "./verdict";

const folder = path.join(__dirname, "page");

const sheets = ["page.css", "stages.css", "media.css"].map((name) =>
  fs.readFileSync(path.join(folder, name), "utf8"),
);

/** Nothing reaches the page unescaped: what hides or reorders text is written as its number, then markup is escaped. */
const eta = new Eta({
  views: folder,
  cache: true,
  autoTrim: false,
  escapeFunction: (value) => text.escapeXml(text.visible(String(value))),
});

/** One self-contained page: no script, nothing loaded from anywhere, readable in both colour schemes and on paper. */
export function renderPage(template: "./page" | "./database", data: object): string {
  const css = [`:root{--font:${fontStack}}`, themeCss, ...sheets, partsCss].join("\n");
  return eta.render(template, { ...text, states, css, ...data });
}

/** The page of a run of the pipeline. */
export function reportHtml(report: Report): string {
  return renderPage("./page", {
    report,
    verdict: verdictOf(report),
    facts: factsOf(report),
    wide: pipelineSvg({ layout: "wide", report }),
    narrow: pipelineSvg({ layout: "narrow", report }),
    stages: inFront(report).map((stage) => stageView(stage)),
  });
}

interface Fact {
  label: string;
  value: string;
  notes: string[];
  link?: string;
}

/** What a reader asks first: which copy, which data, how old, until when, and how much of it is proven. */
function factsOf(report: Report): Fact[] {
  const facts: Fact[] = [];
  const copy = detail(report, "copy");
  const snapshot = detail(report, "snapshot");
  const environment = detail(report, "environment");
  if (copy !== undefined) {
    facts.push({
      label: "The copy",
      value: copy.id,
      notes: [
        `${copy.host}:${copy.port}, database ${copy.database}`,
        `expires ${text.moment(copy.expiresAt)}`,
      ],
    });
  }
  if (snapshot !== undefined) {
    const safety = snapshot.safetySnapshotId;
    facts.push({
      label: "Data from",
      value: text.moment(snapshot.createdAt),
      notes: [
        `snapshot ${snapshot.id} of ${report.source}`,
        `${text.bytes(snapshot.sizeBytes)}, PostgreSQL ${snapshot.serverVersion}`,
        ...(safety === undefined ? [] : [`safety snapshot ${safety}`]),
      ],
    });
  }
  const url = environment?.url ?? "";
  facts.push({
    label: "Test environment",
    value: report.environment,
    notes: environment === undefined ? [] : [`set: ${environment.set.join(", ")}`],
    ...(/^https?:\/\//i.test(url) ? { link: url } : {}),
  });
  const proofs = report.stages.reduce((sum, s) => sum + proofsOf(s).length, 0);
  const open = report.stages.reduce((sum, s) => sum + notProvenOf(s).length, 0);
  facts.push({
    label: "Proofs",
    value: text.several(proofs, "proof"),
    notes: [
      open === 0
        ? "nothing that was left unproven"
        : `${text.several(open, "point")} not proven here, with the reason`,
    ],
  });
  facts.push({
    label: "Run",
    value:
      report.finishedAt === undefined ? "not finished" : text.between(report.startedAt, report.finishedAt),
    notes: [
      `began ${text.moment(report.startedAt)}`,
      `stack ${report.stack}, generation ${report.generation}, platform ${report.platform}`,
    ],
  });
  return facts;
}

/** The story's order, but what went wrong comes first. */
function inFront(report: Report): StageReport[] {
  const wrong = (s: StageReport) => (s.state === "failed" || s.state === "interrupted" ? 0 : 1);
  return [...report.stages].sort((a, b) => wrong(a) - wrong(b));
}

function stageView(stage: StageReport) {
  const chapter = story.find((c) => c.stage === stage.stage);
  return {
    ...stage,
    does: chapter?.does ?? "",
    look: states[stage.state],
    /** An error may have several lines; each is shown as one. */
    errorLines: stage.error?.split("\n") ?? [],
    sanitise: stage.details.sanitise === undefined ? undefined : sanitiseView(stage.details.sanitise),
  };
}
