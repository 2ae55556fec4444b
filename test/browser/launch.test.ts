import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPacked, launchBrowser } from "../../dev/browser/launch.ts";

let room: string;
let folder: string;
let browser: Browser | undefined;

beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "asknewton-browser & <fonts>-"));
  folder = join(room, "chromium");
});
afterEach(async () => {
  await browser?.close();
  browser = undefined;
  rmSync(room, { recursive: true, force: true });
});

/** The families that the page's one paragraph is really drawn with. */
async function drawnFonts(page: Page, html: string): Promise<string[]> {
  await page.setContent(html);
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument");
  const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector: "p" });
  const { fonts } = await session.send("CSS.getPlatformFontsForNode", { nodeId });
  return fonts.map(({ familyName }) => familyName);
}

describe.runIf(isPacked)("the browser of the tests", () => {
  it("draws with the fonts of its own folder alone, and keeps their cache there", async () => {
    browser = await launchBrowser(folder);
    const html = "<p style=\"font-family: 'DejaVu Sans', serif\">A deductible, and a co-payment</p>";
    expect(await drawnFonts(await browser.newPage(), html)).toEqual(["Open Sans"]);
    expect(readdirSync(join(folder, "fontconfig")).length).toBeGreaterThan(0);
  });

  it("says which library this system lacks where it cannot start for want of one", async () => {
    mkdirSync(folder);
    const program = join(folder, "chromium");
    const words =
      "chromium: error while loading shared libraries: libfoo.so.2: cannot open shared object file";
    writeFileSync(program, `#!/bin/sh\necho '${words}' >&2\nexit 127\n`, { mode: 0o755 });
    const expected = "The browser of the tests cannot start: this system lacks libfoo.so.2.";
    await expect(launchBrowser(folder)).rejects.toThrow(expected);
  });

  it("says that it cannot be unpacked, and why", async () => {
    writeFileSync(folder, "");
    const expected = /^The browser of the tests cannot be unpacked into .*browser: (EEXIST|ENOTDIR)/;
    await expect(launchBrowser(join(folder, "browser"))).rejects.toThrow(expected);
  });
});
