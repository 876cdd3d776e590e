import * as fs from "node:fs";

/** Where a Chromium may stand; `CHROME_PATH` goes first. */
const places = [
  process.env.CHROME_PATH,
  process.env.PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A Chromium on this machine, or undefined. */
export function findChromium(): string | undefined {
  return places.find((place) => place !== undefined && place !== "" && fs.existsSync(place));
}

/** No sandbox, since tests may run as root; no services of the browser's own. */
export const chromiumFlags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
