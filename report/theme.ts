import type { ShownState } from "./stages";

/** The colours of the page and of the picture: ink on paper, one accent, and two that speak only of trouble. */
const light = {
  ground: "#f5f6f4",
  paper: "#ffffff",
  ink: "#1a2024",
  soft: "#566069",
  line: "#dde1de",
  accent: "#0b6b60",
  "accent-soft": "#e2f0ed",
  stop: "#b3261e",
  "stop-soft": "#fbe9e7",
  busy: "#855600",
  "busy-soft": "#faf0da",
};

const dark: typeof light = {
  ground: "#0f1214",
  paper: "#171b1e",
  ink: "#e7ebec",
  soft: "#a0abb2",
  line: "#2c3438",
  accent: "#52c5b2",
  "accent-soft": "#14302c",
  stop: "#ff9086",
  "stop-soft": "#3a1e1c",
  busy: "#e8b854",
  "busy-soft": "#34290f",
};

const declarations = (colours: typeof light) =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");

/** Custom properties for both schemes; paper is always light. */
export const themeCss = [
  `:root{color-scheme:light dark;${declarations(light)}}`,
  `@media (prefers-color-scheme:dark){:root{${declarations(dark)}}}`,
  `@media print{:root{color-scheme:light;${declarations(light)}}}`,
].join("\n");

export const fontStack =
  'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif';

/** Which of the colours a state is shown in, and what it is called. */
export const states: Record<ShownState, { tone: "accent" | "stop" | "busy" | "soft"; label: string }> = {
  done: { tone: "accent", label: "done" },
  running: { tone: "busy", label: "running" },
  failed: { tone: "stop", label: "failed" },
  interrupted: { tone: "stop", label: "interrupted" },
  earlier: { tone: "accent", label: "done before" },
  pending: { tone: "soft", label: "not begun" },
};
