import type { ShownState } from "./stages";
import { clip, escapeXml, visible } from "./text";
import { fontStack, states } from "./theme";

/** The few shapes that the picture of the pipeline is made of. Every text is escaped here. */

type Tone = "ink" | "soft" | "accent" | "stop" | "busy";

interface TextStyle {
  size?: number;
  tone?: Tone;
  bold?: boolean;
  anchor?: "start" | "middle" | "end";
  /** The room there is, in user units: longer text ends in an ellipsis and is whole in the tooltip. */
  room?: number;
}

/** A letter's mean width as a part of its size; a little wide, since the reader's font is not known. */
const letterWidth = 0.56;

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 13, tone = "ink", bold = false, anchor = "start", room } = style;
  const whole = visible(content);
  const shown = room === undefined ? whole : clip(whole, Math.floor(room / (size * letterWidth)));
  const attributes = [
    `x="${x}" y="${y}" font-size="${size}" class="p-${tone}"`,
    bold ? `font-weight="600"` : "",
    anchor === "start" ? "" : `text-anchor="${anchor}"`,
  ];
  const title = shown === whole ? "" : `<title>${escapeXml(whole)}</title>`;
  return `<text ${attributes.filter(Boolean).join(" ")}>${title}${escapeXml(shown)}</text>`;
}

export function box(
  area: { x: number; y: number; w: number; h: number },
  look: "solid" | "dashed" | "accent" | "zone",
): string {
  const { x, y, w, h } = area;
  return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="10" class="p-box p-${look}"/>`;
}

/** A database: the old drum, 26 wide and 26 high. */
export function drum(x: number, y: number, tone: Tone): string {
  return (
    `<g class="p-drum p-stroke-${tone}" transform="translate(${x} ${y})">` +
    `<ellipse cx="13" cy="4.5" rx="12" ry="4"/><path d="M1 4.5v17c0 2.2 5.4 4 12 4s12-1.8 12-4v-17"/><path d="M1 13c0 2.2 5.4 4 12 4s12-1.8 12-4"/></g>`
  );
}

/** A straight line that ends in a head; `back` is the dashed way back. */
export function arrow(x1: number, y1: number, x2: number, y2: number, look: "go" | "back" | "faint"): string {
  const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
  return (
    `<path d="M${x1} ${y1}L${x2} ${y2}" class="p-arrow p-${look}"/>` +
    `<path d="M-8 -4.5L0 0L-8 4.5" transform="translate(${x2} ${y2}) rotate(${angle})" class="p-arrow p-head p-${look}"/>`
  );
}

/** The round mark of a state, 18 across: also told apart without colour. */
export function mark(x: number, y: number, state: ShownState | "plain"): string {
  const inside = {
    done: `<path d="M-3.6 .2L-1 2.8L3.8 -2.6" class="p-sign"/>`,
    failed: `<path d="M-2.8 -2.8L2.8 2.8M2.8 -2.8L-2.8 2.8" class="p-sign"/>`,
    interrupted: `<path d="M-3.4 0H3.4" class="p-sign"/>`,
    running: `<circle r="3.2" class="p-core"/>`,
    earlier: `<path d="M-3.6 .2L-1 2.8L3.8 -2.6" class="p-sign"/>`,
    pending: "",
    plain: `<circle r="3" class="p-core"/>`,
  }[state];
  const tone = state === "plain" ? "accent" : states[state].tone;
  return `<g transform="translate(${x} ${y})" class="p-mark p-mark-${state} p-tone-${tone}"><circle r="9"/>${inside}</g>`;
}

/** Styles of the shapes; the colours themselves come from the theme. */
export const partsCss = [
  `.pipeline text{font-family:${fontStack}}`,
  ...["ink", "soft", "accent", "stop", "busy"].map(
    (t) => `.p-${t}{fill:var(--${t})}.p-stroke-${t}{stroke:var(--${t})}`,
  ),
  ...["accent", "stop", "busy", "soft"].map((t) => `.p-tone-${t}{--tone:var(--${t})}`),
  `.p-ground{fill:var(--paper)}`,
  `.p-box{fill:var(--paper);stroke:var(--soft);stroke-width:1.25}`,
  `.p-dashed{stroke-dasharray:4 4;fill:none;stroke:var(--soft)}`,
  `.p-box.p-accent{fill:var(--accent-soft);stroke:var(--accent)}`,
  `.p-zone{fill:var(--ground);stroke:var(--soft);stroke-dasharray:2 4;stroke-linecap:round}`,
  `.p-drum{fill:none;stroke-width:1.5}`,
  `.p-arrow{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round;stroke:var(--accent)}`,
  `.p-arrow.p-back{stroke:var(--soft);stroke-dasharray:5 4}.p-arrow.p-faint{stroke:var(--soft);opacity:.7}.p-arrow.p-head{stroke-dasharray:none}`,
  `.p-spine{stroke:var(--line);stroke-width:2}`,
  `.p-mark circle{fill:var(--tone);stroke:var(--tone);stroke-width:1.75}`,
  `.p-mark-pending circle,.p-mark-running circle,.p-mark-plain circle{fill:var(--paper)}.p-mark-pending circle{stroke:var(--line)}`,
  `.p-mark .p-core{fill:var(--tone);stroke:none}`,
  `.p-sign{fill:none;stroke:var(--paper);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}`,
  `.p-track{fill:var(--line);opacity:.55}.p-bar{fill:var(--tone)}`,
].join("\n");
