// Makes docs/screenshots: every state of the page, on a desktop and a phone, light and dark.
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { startService } from "../../test/browser/support/service.ts";
import { launchBrowser } from "../browser/launch.ts";
import { type Scene, scenes } from "./scenes.ts";
import { weekBefore } from "./week.ts";

const OUT = join(import.meta.dirname, "../../docs/screenshots");
const COLOURS = 160; // of a picture's palette: a quarter of the bytes, and nobody sees it

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

async function keep(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ fullPage: true, animations: "disabled" });
  const { size } = await sharp(picture)
    .png({ palette: true, colours: COLOURS, compressionLevel: 9, effort: 10 })
    .toFile(join(OUT, `${name}.png`));
  console.log(`${name}.png ${Math.round(size / 1024)} KB`);
}

async function show(browser: Browser, scene: Scene, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await scene.play(page);
  return page;
}

const [browser, service] = await Promise.all([launchBrowser(), startService({ pace: "fast" })]);
try {
  await service.worker.kill();
  service.worker.sql(weekBefore(Date.now()));
  await service.worker.start();
  rmSync(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  for (const [screen, size] of Object.entries(SCREENS))
    for (const colorScheme of ["light", "dark"] as const)
      for (const scene of scenes(service)) {
        const page = await show(browser, scene, { ...size, colorScheme });
        await keep(page, `${scene.name}-${screen}-${colorScheme}`);
        await page.context().close();
      }
} finally {
  await browser.close();
  await service.close();
}
