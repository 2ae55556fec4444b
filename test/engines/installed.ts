import { existsSync } from "node:fs";
import { startChromium } from "./chromium.ts";
import type { Installed } from "./engine.ts";
import { FIREFOX, startFirefox } from "./firefox.ts";
import { DRIVER, MINI_BROWSER, startWebKit, XVFB } from "./webkit.ts";

const hasWebKit = MINI_BROWSER !== undefined && existsSync(DRIVER) && existsSync(XVFB);

export const ENGINES: readonly Installed[] = [
  { name: "Chromium", start: startChromium, packages: "" },
  { name: "Firefox", start: existsSync(FIREFOX) ? startFirefox : undefined, packages: "firefox-esr" },
  { name: "WebKitGTK", start: hasWebKit ? startWebKit : undefined, packages: "webkit2gtk-driver xvfb" },
];
