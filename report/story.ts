/**
 * The story, told once: the stages in their order, what each does and what it proves before the next one may begin (the
 * anchor has nothing to prove: it is what destroy sweeps by). The preview, the report, the README's picture and
 * `prodcopy status` all read it from here.
 */
export const story = [
  {
    stage: "anchor",
    does: "knows what belongs to this stack, so that nothing is left behind",
    proves: "",
  },
  {
    stage: "snapshot",
    does: "finds or takes a snapshot of production",
    proves: "it exists, is complete, and how old the data is",
  },
  {
    stage: "restore",
    does: "makes a new server from it, in quarantine from its first moment",
    proves: "available, nothing pending, and nothing was sent",
  },
  {
    stage: "claim",
    does: "claims the Test environment and keeps its present values",
    proves: "no other stack holds it; its values can be put back",
  },
  {
    stage: "rotate",
    does: "makes every production credential useless on the copy",
    proves: "the old password is refused, the new one accepted",
  },
  {
    stage: "isolate",
    does: "cuts everything in the copy that can reach out",
    proves: "nothing is left that could call out",
  },
  {
    stage: "verify",
    does: "proves that this is the copy and not production",
    proves: "a marker written here is not seen on production",
  },
  {
    stage: "sanitise",
    does: "replaces what is personal, and proves that nothing of it is left",
    proves: "every column decided, no leak, no residue",
  },
  {
    stage: "migrate",
    does: "runs the application's own migrations",
    proves: "every exit code, and the schema's version",
  },
  {
    stage: "open",
    does: "ends the quarantine: working settings, then the application's login",
    proves: "the application can connect, the world cannot",
  },
  {
    stage: "switch",
    does: "points the Test environment at the copy",
    proves: "healthy on the copy; the earlier values are kept",
  },
] as const;

export type StageName = (typeof story)[number]["stage"];

export const stageNames: readonly StageName[] = story.map((chapter) => chapter.stage);

/** The stages during which the copy admits nobody but the runner. */
export const quarantine = { first: "restore", last: "open" } as const satisfies Record<string, StageName>;
