import type { Report } from "./model";
import { isDone } from "./stages";
import { stageNames, type StageName } from "./story";
import { arrow, box, drum, text } from "./svgParts";

/** What stands at both ends of the pipeline: production, Test, and what Test stood on before. */

/** Where the list of stages is, and where the ends find the stages that they are joined to. */
export interface Frame {
  x: number;
  w: number;
  /** The middle of each stage's row, in the story's order. */
  at: number[];
  end: number;
}

interface Words {
  source: string;
  environment: string;
  test: string;
  moved: boolean;
}

/** Production on the left, Test on the right. */
export function wideEnds(frame: Frame, report: Report | undefined): string[] {
  const words = wordsOf(report);
  const [read, kept, moved] = [rowOf(frame, "snapshot"), rowOf(frame, "claim"), rowOf(frame, "switch")];
  const right = frame.x + frame.w - 4;
  const production = { x: 8, y: read - 44, w: 160, h: 88 };
  const before = { x: 848, y: kept - 34, w: 144, h: 68 };
  const test = { x: 848, y: moved - 66, w: 144, h: 88 };
  const back = test.x + 26;
  return [
    box(production, "solid"),
    ...named(production, "Production", [words.source, "never changed"], "soft"),
    arrow(production.x + production.w + 4, read, frame.x + 10, read, "go"),
    box(before, "dashed"),
    text(before.x + 14, before.y + 29, "what Test", { tone: "soft" }),
    text(before.x + 14, before.y + 47, "stood on before", { tone: "soft" }),
    arrow(right, kept, before.x - 4, kept, "faint"),
    box(test, words.moved ? "accent" : "solid"),
    ...named(test, "Test", [words.environment, words.test], words.moved ? "accent" : "soft"),
    arrow(right, moved, test.x - 5, moved, words.moved ? "go" : "faint"),
    arrow(back, test.y - 6, back, before.y + before.h + 7, "back"),
    ...["destroy puts", "Test back and", "removes", "the copy"].map((line, i) =>
      text(back + 12, (test.y + before.y + before.h) / 2 - 20 + i * 17, line, { size: 12.5, tone: "soft" }),
    ),
  ];
}

/** Production on top, Test at the bottom. */
export function narrowEnds(frame: Frame, report: Report | undefined): string[] {
  const words = wordsOf(report);
  const production = { x: frame.x, y: 8, w: frame.w, h: 58 };
  const test = { x: frame.x, y: frame.end + 18, w: frame.w, h: 58 };
  const before = { x: frame.x, y: frame.end + 128, w: frame.w, h: 44 };
  const spine = frame.x + 24;
  return [
    box(production, "solid"),
    ...named(production, "Production", [`${words.source}, never changed`], "soft"),
    arrow(spine, production.y + production.h + 2, spine, (frame.at[0] ?? 0) - 13, "go"),
    box(test, words.moved ? "accent" : "solid"),
    ...named(test, "Test", [`${words.environment}, ${words.test}`], words.moved ? "accent" : "soft"),
    arrow(spine, rowOf(frame, "switch") + 13, spine, test.y - 4, words.moved ? "go" : "faint"),
    arrow(spine, test.y + test.h + 4, spine, before.y - 5, "back"),
    text(spine + 18, test.y + test.h + 31, "destroy puts Test back and removes the copy", {
      size: 12.5,
      tone: "soft",
    }),
    box(before, "dashed"),
    text(before.x + 16, before.y + 27, "what Test stood on before", { tone: "soft" }),
  ];
}

function rowOf(frame: Frame, stage: StageName): number {
  return frame.at[stageNames.indexOf(stage)] ?? 0;
}

function wordsOf(report: Report | undefined): Words {
  if (report === undefined) {
    return { source: "read-only", environment: "moved last", test: "onto the copy", moved: true };
  }
  const moved = isDone(report, "switch") && report.closedAt === undefined;
  const test = report.closedAt !== undefined ? "the copy is gone" : moved ? "on the copy" : "not moved";
  return { source: report.source, environment: report.environment, test, moved };
}

function named(
  area: { x: number; y: number; w: number },
  name: string,
  lines: string[],
  tone: "soft" | "accent",
): string[] {
  const beside = lines.length === 1;
  return [
    drum(area.x + 12, area.y + 13, tone),
    text(area.x + 48, area.y + (beside ? 26 : 32), name, { size: 15, bold: true }),
    ...lines.map((line, i) =>
      beside
        ? text(area.x + 48, area.y + 44, line, { size: 12.5, tone: "soft", room: area.w - 60 })
        : text(area.x + 12, area.y + 58 + i * 17, line, { size: 12, tone: "soft", room: area.w - 16 }),
    ),
  ];
}
