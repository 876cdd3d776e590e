import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { reportHtml } from "../../report/html";
import type { Report } from "../../report/model";
import { chromiumFlags, findChromium } from "../support/chromium";
import {
  doneReport,
  failedReport,
  hostileReport,
  interruptedReport,
  largeReport,
  runningReport,
} from "../support/reports/reports";
import { skipBecause } from "../support/skip";

const inPage = fs.readFileSync(path.join(__dirname, "inPage.js"), "utf8");

/** Calls a function of `inPage.js` in the page. */
function ask(page: Page, call: string): Promise<unknown> {
  return page.evaluate(`(() => { ${inPage}; return ${call}; })()`);
}

/** The page as a browser lays it out. It does not prove how the page looks: for that, look at it. */
describe("the report's page in a browser", function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  let folder: string;

  before(async function () {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      skipBecause(this, "no Chromium was found; CHROME_PATH names one");
    }
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-page-"));
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
  });
  after(async () => {
    await browser?.close();
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  });

  const reports: Record<string, Report> = {
    done: doneReport(),
    failed: failedReport(),
    running: runningReport(),
    interrupted: interruptedReport(),
    hostile: hostileReport(),
    large: largeReport(),
  };

  /** Opens a report's page from its file and hands it to `look`. What the page asks of any network is collected. */
  async function onPage(
    name: string,
    options: { width: number; scheme: "light" | "dark"; script?: boolean },
    look: (page: Page, asked: string[]) => Promise<void>,
  ): Promise<void> {
    const file = path.join(folder, `${name}.html`);
    fs.writeFileSync(file, reportHtml(reports[name] ?? assert.fail(name)));
    const context = await (browser ?? assert.fail()).newContext({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.scheme,
      javaScriptEnabled: options.script ?? true,
    });
    try {
      const page = await context.newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      await look(page, asked);
    } finally {
      await context.close();
    }
  }

  for (const name of Object.keys(reports)) {
    for (const width of [390, 1280]) {
      it(`${name}: fits ${width} pixels, everything open`, async () => {
        await onPage(name, { width, scheme: "light" }, async (page) => {
          await ask(page, "openAll()");
          assert.deepEqual(await ask(page, `beyond(${width})`), []);
          assert.equal(await ask(page, "scrollWidth()"), width);
        });
      });
    }
  }

  it("asks nothing of any network, and needs no script to be read", async () => {
    await onPage("done", { width: 1280, scheme: "light", script: false }, async (page, asked) => {
      assert.deepEqual(
        asked.filter((url) => !url.endsWith("/done.html")),
        [],
      );
      assert.equal(await page.locator("h1").innerText(), "Test stands on a sanitised copy");
      const table = page.locator("details.table", { hasText: "congress_contact" });
      assert.equal(await table.locator("table").isVisible(), false);
      await table.locator("summary").click();
      assert.match(await table.locator("table").innerText(), /email\s+character varying\(254\)\s+email/);
    });
  });

  it("runs nothing that a name brings along, and builds nothing out of it", async () => {
    await onPage("hostile", { width: 1280, scheme: "light" }, async (page) => {
      assert.notEqual(await page.title(), "owned");
      assert.equal(await page.locator("script, img, iframe, h1 >> nth=1").count(), 0);
      assert.equal(await page.locator('[href^="javascript" i]').count(), 0);
      assert.deepEqual(await ask(page, "eventHandlers()"), []);
      assert.match(await page.locator("main").innerText(), /<script>document\.title="owned"<\/script>/);
    });
  });

  it("draws the picture that fits the width", async () => {
    for (const [width, shown, hidden] of [
      [390, ".narrow", ".wide"],
      [1280, ".wide", ".narrow"],
    ] as const) {
      await onPage("done", { width, scheme: "light" }, async (page) => {
        assert.equal(await page.locator(`.picture ${shown} svg`).isVisible(), true);
        assert.equal(await page.locator(`.picture ${hidden} svg`).isVisible(), false);
        const size = Number(await ask(page, `textSize(".picture ${shown} text")`));
        assert.ok(size >= 11, `text of ${size} pixels`);
      });
    }
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`has text that can be read, ${scheme}`, async () => {
      for (const name of ["done", "failed", "running"]) {
        await onPage(name, { width: 1280, scheme }, async (page) => {
          await ask(page, "openAll()");
          assert.deepEqual(await ask(page, "faintTexts()"), []);
        });
      }
    });
  }

  it("follows the colour scheme, and is light on paper", async () => {
    const ground = (page: Page) => ask(page, `colour("paper")`);
    await onPage("done", { width: 1280, scheme: "light" }, async (page) => {
      assert.equal(await ground(page), "#ffffff");
    });
    await onPage("done", { width: 1280, scheme: "dark" }, async (page) => {
      assert.notEqual(await ground(page), "#ffffff");
      await page.emulateMedia({ media: "print" });
      assert.equal(await ground(page), "#ffffff");
    });
  });

  it("keeps the heads in sight while 400 tables go by", async () => {
    await onPage("large", { width: 1280, scheme: "light" }, async (page) => {
      await page.locator("details.table").nth(300).scrollIntoViewIfNeeded();
      assert.equal(await ask(page, `topOfLast(".tables > .head")`), 0);
    });
  });
});
