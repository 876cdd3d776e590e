import type { Report, StageReport } from "./model";
import { narrowEnds, wideEnds, type Frame } from "./pipelineEnds";
import { proofsOf, shownState, stageOf, type ShownState } from "./stages";
import { quarantine, stageNames, story } from "./story";
import { box, mark, partsCss, text } from "./svgParts";
import { duration, escapeXml, several } from "./text";
import { states, themeCss } from "./theme";

/**
 * The pipeline as a picture: production on the left (or on top), the copy going through the stages, Test on the right
 * (or at the bottom), moved only at the end. With a report, each stage shows its state, time and proofs; without, what it does
 * and proves. `narrow` is for phones. `standalone` gives a file of its own: with colours and background.
 */
export interface PictureOptions {
  layout: "wide" | "narrow";
  report?: Report;
  standalone?: boolean;
}

interface Layout {
  width: number;
  /** Where the list of stages begins, how wide it is, how high a stage, and what comes below it. */
  x: number;
  y: number;
  w: number;
  row: number;
  below: number;
}

const layouts: Record<PictureOptions["layout"], Layout> = {
  wide: { width: 1000, x: 204, y: 16, w: 604, row: 46, below: 16 },
  narrow: { width: 360, x: 4, y: 92, w: 352, row: 56, below: 180 },
};

/** Room for the quarantine's heading, and for its lower edge. */
const heading = 28;
const edge = 12;

export function pipelineSvg(options: PictureOptions): string {
  const { report, standalone = false } = options;
  const layout = layouts[options.layout];
  const rows = placeRows(layout);
  const height = rows.end + layout.below;
  const label =
    "The pipeline: production is read, the copy goes through the stages in quarantine, Test is moved last";
  const parts = [
    `<svg class="pipeline" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" role="img" aria-label="${escapeXml(label)}">`,
    standalone ? `<style>\n${themeCss}\n${partsCss}\n</style>` : "",
    standalone ? `<rect class="p-ground" width="${layout.width}" height="${height}" rx="12"/>` : "",
    box({ x: layout.x, y: rows.zoneTop, w: layout.w, h: rows.zoneEnd - rows.zoneTop }, "zone"),
    text(layout.x + layout.w - 14, rows.zoneTop + 19, "in quarantine: only the runner can connect", {
      size: 11.5,
      tone: "soft",
      anchor: "end",
    }),
    `<path class="p-spine" d="M${layout.x + 24} ${rows.at[0] ?? 0}V${rows.at.at(-1) ?? 0}"/>`,
    ...(options.layout === "wide" ? wideEnds : narrowEnds)(rows, report),
    ...story.map((chapter, i) => {
      const y = rows.at[i] ?? 0;
      return report === undefined
        ? toldRow(layout, chapter, y)
        : timedRow(options.layout, report, chapter, y);
    }),
    "</svg>",
  ];
  return parts.filter((part) => part !== "").join("\n");
}

interface Rows extends Frame {
  zoneTop: number;
  zoneEnd: number;
}

function placeRows(layout: Layout): Rows {
  const rows: Rows = { x: layout.x, w: layout.w, at: [], zoneTop: 0, zoneEnd: 0, end: 0 };
  let y = layout.y;
  for (const stage of stageNames) {
    if (stage === quarantine.first) {
      rows.zoneTop = y + 4;
      y += heading;
    }
    rows.at.push(y + layout.row / 2);
    y += layout.row;
    if (stage === quarantine.last) {
      rows.zoneEnd = y + 2;
      y += edge;
    }
  }
  rows.end = y;
  return rows;
}

type Chapter = (typeof story)[number];

function toldRow(layout: Layout, chapter: Chapter, y: number): string {
  const x = layout.x + 24;
  const proves = chapter.proves === "" ? "" : `proves: ${chapter.proves}`;
  // One line stands at the height of the mark, two stand around it.
  const first = proves === "" ? y + 5 : y - 3;
  return [
    mark(x, y, "plain"),
    text(x + 24, first, chapter.stage, { size: 14, bold: true }),
    text(x + 110, first, chapter.does),
    proves === "" ? "" : text(x + 110, y + 14, proves, { size: 12, tone: "soft" }),
  ].join("");
}

function timedRow(kind: PictureOptions["layout"], report: Report, chapter: Chapter, y: number): string {
  const { x, w } = layouts[kind];
  const stage = stageOf(report, chapter.stage);
  const state = shownState(report, chapter.stage);
  const tone = state === "pending" ? "soft" : "ink";
  const left = x + 48;
  const right = x + w - 16;
  const summary = stage?.summary || chapter.does;
  const [time, proofs] = [timeOf(stage, state), proofCount(stage)];
  const inside =
    kind === "wide"
      ? [
          text(left, y - 3, chapter.stage, { size: 14.5, bold: true, tone }),
          text(left, y + 14, summary, { size: 12.5, tone: "soft", room: right - left }),
          bar(left + 104, y - 10, right - left - 104 - 164, report, stage),
          text(right - 78, y - 3, time, { anchor: "end", tone }),
          text(right, y - 3, proofs, { size: 12.5, anchor: "end", tone: "soft" }),
        ]
      : [
          text(left, y - 6, chapter.stage, { size: 15, bold: true, tone }),
          text(right, y - 6, [time, proofs].filter(Boolean).join(" · "), {
            size: 12.5,
            anchor: "end",
            tone: "soft",
          }),
          text(left, y + 11, summary, { size: 12.5, tone: "soft", room: right - left }),
          bar(left, y + 18, right - left, report, stage),
        ];
  const drawn = mark(x + 24, y, state) + inside.join("");
  return stage === undefined ? `<g>${drawn}</g>` : `<a href="#${chapter.stage}">${drawn}</a>`;
}

/** Lengths are proportional to time; the longest stage fills the track. */
function bar(x: number, y: number, w: number, report: Report, stage: StageReport | undefined): string {
  if (stage === undefined) return "";
  const rect = (name: string, length: number) =>
    `<rect class="${name}" x="${x}" y="${y}" width="${length}" height="5" rx="2.5"/>`;
  const longest = Math.max(...report.stages.map((s) => s.seconds ?? 0), 0.001);
  const length = Math.max(3, Math.round(((stage.seconds ?? 0) / longest) * w));
  const filled = stage.seconds === undefined ? "" : rect("p-bar", length);
  return `<g class="p-tone-${states[stage.state].tone}">${rect("p-track", w)}${filled}</g>`;
}

function timeOf(stage: StageReport | undefined, state: ShownState): string {
  if (state === "pending") return "";
  if (state !== "done") return states[state].label;
  return stage?.seconds === undefined ? "" : duration(stage.seconds);
}

function proofCount(stage: StageReport | undefined): string {
  const proofs = stage === undefined ? 0 : proofsOf(stage).length;
  return proofs === 0 ? "" : several(proofs, "proof");
}
