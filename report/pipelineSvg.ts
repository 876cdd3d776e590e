import type { Report, StageReport } from "./model";
import { quarantine, stageNames, story } from "./story";
import { arrow, box, drum, mark, partsCss, text } from "./svgParts";
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
  /** Where the list of stages begins, how wide it is, how high a stage. */
  x: number;
  y: number;
  w: number;
  row: number;
}

const layouts: Record<PictureOptions["layout"], Layout> = {
  wide: { width: 1000, x: 200, y: 16, w: 604, row: 46 },
  narrow: { width: 360, x: 4, y: 92, w: 352, row: 56 },
};

/** Room for the quarantine's heading, and for its lower edge. */
const heading = 28;
const edge = 12;

export function pipelineSvg(options: PictureOptions): string {
  const layout = layouts[options.layout];
  const rows = placeRows(layout);
  const height = options.layout === "wide" ? rows.end + 16 : rows.end + 186;
  const label =
    "The pipeline: production is read, the copy goes through the stages in quarantine, Test is moved last";
  return [
    `<svg class="pipeline" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" role="img" aria-label="${escapeXml(label)}">`,
    options.standalone === true ? `<style>\n${themeCss}\n${partsCss}\n</style>` : "",
    options.standalone === true
      ? `<rect class="p-back-paper" width="${layout.width}" height="${height}" rx="12"/>`
      : "",
    box({ x: layout.x, y: rows.zoneTop, w: layout.w, h: rows.zoneEnd - rows.zoneTop }, "zone"),
    text(layout.x + layout.w - 14, rows.zoneTop + 19, "in quarantine: only the runner can connect", {
      size: 11.5,
      tone: "soft",
      anchor: "end",
    }),
    `<path class="p-spine" d="M${layout.x + 24} ${rows.at[0] ?? 0}V${rows.at.at(-1) ?? 0}"/>`,
    ...(options.layout === "wide" ? wideEnds : narrowEnds)(layout, rows, endsOf(options.report)),
    ...story.map((_, i) => row(options, layout, i, rows.at[i] ?? 0)),
    "</svg>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

interface Rows {
  /** The middle of each stage's row. */
  at: number[];
  zoneTop: number;
  zoneEnd: number;
  end: number;
}

function placeRows(layout: Layout): Rows {
  const rows: Rows = { at: [], zoneTop: 0, zoneEnd: 0, end: 0 };
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

function row(options: PictureOptions, layout: Layout, index: number, y: number): string {
  const chapter = story[index];
  if (chapter === undefined) return "";
  const { report } = options;
  const x = layout.x + 24;
  if (report === undefined) {
    return [
      mark(x, y, "plain"),
      text(x + 24, y - 2, chapter.stage, { size: 14, bold: true }),
      text(x + 110, y - 3, chapter.does, { size: 13 }),
      text(x + 110, y + 14, `proves: ${chapter.proves}`, { size: 12, tone: "soft" }),
    ].join("");
  }
  const stage = report.stages.find((s) => s.stage === chapter.stage);
  const drawn = options.layout === "wide" ? wideTimes : narrowTimes;
  return `<a href="#${chapter.stage}">${mark(x, y, stage?.state ?? "pending")}${drawn(layout, report, stage, chapter.stage, chapter.does, y)}</a>`;
}

type Times = (
  layout: Layout,
  report: Report,
  stage: StageReport | undefined,
  name: string,
  does: string,
  y: number,
) => string;

const wideTimes: Times = (layout, report, stage, name, does, y) => {
  const x = layout.x + 48;
  const right = layout.x + layout.w - 16;
  const tone = stage === undefined ? "soft" : "ink";
  return [
    text(x, y - 3, name, { size: 14.5, bold: true, tone }),
    text(x, y + 14, stage?.summary ?? does, { size: 12.5, tone: "soft", room: right - x }),
    bar(x + 110, y - 10, right - x - 110 - 160, report, stage),
    text(right - 78, y - 3, timeOf(stage), { size: 13, anchor: "end", tone }),
    text(right, y - 3, proofsOf(stage), { size: 12.5, anchor: "end", tone: "soft" }),
  ].join("");
};

const narrowTimes: Times = (layout, report, stage, name, does, y) => {
  const x = layout.x + 46;
  const right = layout.x + layout.w - 14;
  const tone = stage === undefined ? "soft" : "ink";
  return [
    text(x, y - 6, name, { size: 15, bold: true, tone }),
    text(right, y - 6, [timeOf(stage), proofsOf(stage)].filter(Boolean).join(" · "), {
      size: 12.5,
      anchor: "end",
      tone: "soft",
    }),
    text(x, y + 11, stage?.summary ?? does, { size: 12.5, tone: "soft", room: right - x }),
    bar(x, y + 18, right - x, report, stage),
  ].join("");
};

/** Lengths are proportional to time; the longest stage fills the track. */
function bar(x: number, y: number, w: number, report: Report, stage: StageReport | undefined): string {
  if (stage === undefined) return "";
  const longest = Math.max(...report.stages.map((s) => s.seconds ?? 0), 0.001);
  const length = Math.max(3, Math.round(((stage.seconds ?? 0) / longest) * w));
  const shown =
    stage.seconds === undefined
      ? ""
      : `<rect class="p-bar" x="${x}" y="${y}" width="${length}" height="5" rx="2.5"/>`;
  return `<g class="p-tone-${states[stage.state].tone}"><rect class="p-track" x="${x}" y="${y}" width="${w}" height="5" rx="2.5"/>${shown}</g>`;
}

function timeOf(stage: StageReport | undefined): string {
  if (stage === undefined) return "";
  if (stage.state !== "done") return states[stage.state].label;
  return stage.seconds === undefined ? "" : duration(stage.seconds);
}

function proofsOf(stage: StageReport | undefined): string {
  return stage === undefined || stage.proofs.length === 0 ? "" : several(stage.proofs.length, "proof");
}

/** What stands at both ends, in words. */
interface Ends {
  source: string;
  environment: string;
  test: string;
  moved: boolean;
}

function endsOf(report: Report | undefined): Ends {
  if (report === undefined)
    return { source: "read-only", environment: "moved last", test: "onto the copy", moved: true };
  const moved = report.stages.some((s) => s.stage === "switch" && s.state === "done");
  return {
    source: report.source,
    environment: report.environment,
    test: moved ? "on the copy" : "not moved",
    moved,
  };
}

function wideEnds(layout: Layout, rows: Rows, ends: Ends): string[] {
  const left = { x: 12, y: (rows.at[1] ?? 0) - 44, w: 150, h: 88 };
  const last = rows.at.at(-1) ?? 0;
  const right = { x: 848, y: last - 66, w: 140, h: 88 };
  const before = { x: 848, y: (rows.at[3] ?? 0) - 34, w: 140, h: 68 };
  const middle = right.x + 28;
  return [
    box(left, "solid"),
    ...named(left, "Production", [ends.source, "never changed"], "soft"),
    arrow(
      [
        [left.x + left.w + 4, rows.at[1] ?? 0],
        [layout.x + 10, rows.at[1] ?? 0],
      ],
      "go",
    ),
    box(before, "dashed"),
    text(before.x + 14, before.y + 28, "what Test", { size: 13, tone: "soft" }),
    text(before.x + 14, before.y + 46, "stood on before", { size: 13, tone: "soft" }),
    arrow(
      [
        [layout.x + layout.w - 4, rows.at[3] ?? 0],
        [before.x - 4, rows.at[3] ?? 0],
      ],
      "faint",
    ),
    box(right, ends.moved ? "accent" : "solid"),
    ...named(right, "Test", [ends.environment, ends.test], ends.moved ? "accent" : "soft"),
    arrow(
      [
        [layout.x + layout.w - 4, last],
        [right.x - 5, last],
      ],
      ends.moved ? "go" : "faint",
    ),
    arrow(
      [
        [middle, right.y - 6],
        [middle, before.y + before.h + 7],
      ],
      "back",
    ),
    ...["destroy puts", "Test back and", "removes", "the copy"].map((line, i) =>
      text(middle + 12, (right.y + before.y + before.h) / 2 - 20 + i * 17, line, {
        size: 12.5,
        tone: "soft",
      }),
    ),
  ];
}

function narrowEnds(layout: Layout, rows: Rows, ends: Ends): string[] {
  const left = { x: layout.x, y: 8, w: layout.w, h: 58 };
  const right = { x: layout.x, y: rows.end + 18, w: layout.w, h: 58 };
  const before = { x: layout.x, y: rows.end + 128, w: layout.w, h: 44 };
  const spine = layout.x + 24;
  return [
    box(left, "solid"),
    ...named(left, "Production", [`${ends.source}, never changed`], "soft"),
    arrow(
      [
        [spine, left.y + left.h + 2],
        [spine, (rows.at[0] ?? 0) - 13],
      ],
      "go",
    ),
    box(right, ends.moved ? "accent" : "solid"),
    ...named(right, "Test", [`${ends.environment}, ${ends.test}`], ends.moved ? "accent" : "soft"),
    arrow(
      [
        [spine, (rows.at.at(-1) ?? 0) + 13],
        [spine, right.y - 4],
      ],
      ends.moved ? "go" : "faint",
    ),
    arrow(
      [
        [spine, right.y + right.h + 4],
        [spine, before.y - 5],
      ],
      "back",
    ),
    text(spine + 18, right.y + right.h + 31, "destroy puts Test back, removes the copy", {
      size: 12.5,
      tone: "soft",
    }),
    box(before, "dashed"),
    text(before.x + 16, before.y + 27, "what Test stood on before", { size: 13, tone: "soft" }),
  ];
}

function named(
  area: { x: number; y: number; w: number },
  name: string,
  lines: string[],
  tone: "soft" | "accent",
): string[] {
  return [
    drum(area.x + 12, area.y + 13, tone),
    text(area.x + 48, area.y + 26, name, { size: 15, bold: true }),
    ...lines.map((line, i) =>
      lines.length === 1
        ? text(area.x + 48, area.y + 44, line, { size: 12.5, tone: "soft", room: area.w - 60 })
        : text(area.x + 12, area.y + 56 + i * 17, line, { size: 12.5, tone: "soft", room: area.w - 20 }),
    ),
  ];
}
