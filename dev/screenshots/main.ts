// Makes docs/screenshots: every state of the page, on a desktop and a phone, light and dark.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { startService } from "../../test/browser/support/service.ts";
import { visit } from "../../test/browser/support/visitor.ts";
import { launchBrowser } from "../browser/launch.ts";
import { toScenes } from "./scenes.ts";
import { weekBefore } from "./week.ts";

const OUT = join(import.meta.dirname, "../../docs/screenshots");
const COLOURS = 160; // of an image's palette: a quarter of the bytes, and nobody sees it

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

async function keep(page: Page, name: string): Promise<void> {
  const image = await page.screenshot({ fullPage: true, animations: "disabled" });
  const { size } = await sharp(image)
    .png({ palette: true, colours: COLOURS, compressionLevel: 9, effort: 10 })
    .toFile(join(OUT, `${name}.png`));
  console.log(`${name}.png ${Math.round(size / 1024)} KB`);
}

const [browser, service] = await Promise.all([launchBrowser(), startService({ pace: "fast" })]);
try {
  await service.worker.kill();
  service.worker.sql(weekBefore(Date.now()));
  await service.worker.start();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const [screen, size] of Object.entries(SCREENS))
    for (const colorScheme of ["light", "dark"] as const)
      for (const [name, play] of Object.entries(toScenes(service))) {
        const visitor = await visit(browser, service.worker.origin, { ...size, colorScheme });
        visitor.page.setDefaultTimeout(60_000);
        await play(visitor);
        await keep(visitor.page, `${name}-${screen}-${colorScheme}`);
        await visitor.close();
      }
} finally {
  await browser.close();
  await service.close();
}
