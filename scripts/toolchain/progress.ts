export type Log = (line: string) => void;

/** A state that changes often, shown to a person without flooding a log. */
export interface Progress {
  show(state: string): void;
  /** Takes the live line away; call it before anything else is printed. */
  end(): void;
}

/** How often an ordinary log is told, in milliseconds. */
const plainInterval = 5_000;

/**
 * On a terminal one line that is rewritten in place, elsewhere a line through `log` every five seconds; each begins with
 * `doing` and the elapsed time, and appears even while the state does not change.
 */
export function startProgress(doing: string, log: Log): Progress {
  const began = Date.now();
  const live = process.stderr.isTTY;
  let state = "";
  const print = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const text = `${doing}: ${seconds} s${state && `, ${state}`}`;
    if (live) process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    else log(text);
  };
  const timer = setInterval(print, live ? 500 : plainInterval);
  return {
    show: (next) => (state = next),
    end: () => {
      clearInterval(timer);
      if (live) process.stderr.write("\r\x1b[2K");
    },
  };
}
