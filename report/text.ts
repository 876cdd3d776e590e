/** How times, counts and names are written, the same on the page, in the picture and on a terminal. */

export function escapeXml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

/**
 * A name or a message with every character that would hide or reorder text written as its number: control characters,
 * bidirectional overrides, zero-width characters. Line ends stay where `lines` is set.
 */
export function visible(text: string, lines = false): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (character) =>
    lines && character === "\n"
      ? character
      : `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`,
  );
}

/** At most `length` characters, with an ellipsis where something was left out. */
export function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : characters.slice(0, length - 1).join("") + "…";
}

/** `0.4 s`, `12 s`, `1 min 23 s`, `2 h 5 min`, `3 days 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.05) return "0 s";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(seconds / 3600);
  return joined(Math.floor(hours / 24), "days", hours % 24, "h");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Time from one moment to another; never negative. */
export function between(from: string, to: string): string {
  return duration(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}

/** `21 Nov 2025, 07:31 UTC`. What is not a time is shown as it stands. */
export function moment(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const day = time.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return `${day}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** `07:31:05`, in UTC. */
export function clock(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toISOString().slice(11, 19);
}

/** `17,000`. */
export function count(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `1 table`, `41 tables`. */
export function several(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `412 MB`, `1.3 GB`: decimal units. */
export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let amount = value;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit > 0 && amount < 10 ? amount.toFixed(1) : count(Math.round(amount))} ${units[unit] ?? ""}`;
}
