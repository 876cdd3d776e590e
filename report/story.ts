/**
 * The story, told once: the stages in their order and what each does. The preview, the report, the README's picture and
 * `prodcopy status` all read it from here.
 */
export const story = [
  { stage: "anchor", does: "knows what belongs to this stack, so that nothing is left behind" },
  { stage: "snapshot", does: "finds or takes a snapshot of production" },
  { stage: "restore", does: "makes a new server from it, in quarantine from its first moment" },
  { stage: "claim", does: "claims the Test environment and keeps its present values" },
  { stage: "rotate", does: "makes every production credential useless on the copy" },
  { stage: "isolate", does: "cuts everything in the copy that can reach out" },
  { stage: "verify", does: "proves that this is the copy and not production" },
  { stage: "sanitise", does: "replaces what is personal, and proves that nothing of it is left" },
  { stage: "migrate", does: "runs the application's own migrations" },
  { stage: "open", does: "ends the quarantine: working settings, then the application's login" },
  { stage: "switch", does: "points the Test environment at the copy" },
] as const;

export type StageName = (typeof story)[number]["stage"];

export const stageNames: readonly StageName[] = story.map((chapter) => chapter.stage);
