import { launchBrowser } from "../../dev/browser/launch.ts";
import type { Engine } from "./engine.ts";

export async function startChromium(): Promise<Engine> {
  const browser = await launchBrowser();
  const page = await browser.newPage();
  return {
    name: `Chromium ${browser.version()}`,
    goto: async (url) => void (await page.goto(url)),
    run: (expression) => page.evaluate(expression),
    close: () => browser.close(),
  };
}
