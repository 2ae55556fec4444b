import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { webpWithManifest } from "../support/credentials.ts";
import { photo } from "../support/photo.ts";
import { withBrowser } from "./support/browser.ts";

const suite = withBrowser();

/** What only the calls for portraits have in their bodies. */
const OF_PICTURES = '"output_format"';
let original: Buffer;

beforeAll(async () => {
  original = Buffer.from(webpWithManifest(await photo(1)));
  await suite.service.script(OF_PICTURES, [{ imageBase64: original.toString("base64") }], true);
});

const WIDTHS = [128, 256, 512];
const MAX_BYTES = 300_000; // of a set of ten
const GOOD_SHIFT = 0.1; // web.dev/cls
const SCREENS = [
  { width: 390, deviceScaleFactor: 1 },
  { width: 390, deviceScaleFactor: 3 },
  { width: 1280, deviceScaleFactor: 1 },
  { width: 1280, deviceScaleFactor: 3 },
] as const;

/** Counts from the first byte of the page on how far things jump. */
const watchShifts = () => {
  Object.assign(window, { shifts: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[])
      if (!entry.hadRecentInput)
        Object.assign(window, { shifts: Number(Reflect.get(window, "shifts")) + entry.value });
  }).observe({ type: "layout-shift", buffered: true });
};

describe("a portrait of 128 pixels", () => {
  it("has at most a twentieth of a photograph's bytes", async () => {
    const visitor = await suite.visit();
    await visitor.open("Ann of one portrait");
    await visitor.make();
    await visitor.made();
    const source = await visitor.page
      .getByRole("img", { name: /^AI-generated/ })
      .first()
      .getAttribute("src");
    const { origin, pathname } = new URL(source ?? "", suite.service.worker.origin);
    const bytesOf = async (query: string) => {
      const response = await fetch(`${origin}${pathname}${query}`);
      return response.headers.get("X-Image-Status") === "ready" ? await response.bytes() : undefined;
    };
    await expect.poll(() => bytesOf(""), { timeout: 20_000 }).toEqual(new Uint8Array(original));
    const size = await bytesOf("?width=128");
    expect(size?.byteLength).toBeLessThan(original.byteLength / 20);
  });
});

describe("an original with content credentials", () => {
  it("is in the page what the model made, byte for byte, and is drawn", async () => {
    const visitor = await suite.visit();
    await visitor.open("Ann of the credentials");
    await visitor.make();
    await visitor.made();
    const ready = visitor.page.getByRole("img", { name: /^AI-generated portrait of [^(]+$/ }).first();
    const loaded = await ready.evaluate(async (portrait) => {
      const { origin, pathname } = new URL((portrait as HTMLImageElement).src);
      const bytes = await (await fetch(origin + pathname)).arrayBuffer();
      const image = new Image();
      image.src = origin + pathname;
      await image.decode();
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      return { hash, width: image.naturalWidth };
    });
    expect(loaded).toEqual({
      hash: createHash("sha256").update(original).digest("hex"),
      width: 1024,
    });
  });
});

describe("a set of ten portraits", () => {
  it.each(SCREENS)(
    "at $width pixels and $deviceScaleFactor×: each card loads the size it needs, and nothing jumps",
    async ({ width, deviceScaleFactor }) => {
      const visitor = await suite.visit({
        viewport: { width, height: 900 },
        deviceScaleFactor,
      });
      const { page, open, make, made } = visitor;
      await page.addInitScript(watchShifts);
      const shifts = () => page.evaluate(() => Number(Reflect.get(window, "shifts")));
      const bytes: number[] = [];
      const ready: Promise<unknown>[] = [];
      page.on("response", (response) => {
        if (response.headers()["x-image-status"] !== "ready") return;
        ready.push(response.body().then((body) => bytes.push(body.length)));
      });
      await suite.service.pace({ imageMs: 300 });
      await open(`Ann at ${width} and ${deviceScaleFactor}`);
      await page.getByRole("spinbutton", { name: "Personas" }).fill("10");
      await make();
      await made();
      const before = await shifts();
      await page.locator(".portrait-state").first().waitFor({ state: "detached" }); // the last one, too
      const portraits = page.getByRole("img", { name: /^AI-generated portrait of [^(]+$/ });
      expect(await portraits.count()).toBe(10);
      for (const portrait of await portraits.all()) {
        await portrait.scrollIntoViewIfNeeded();
        await expect
          .poll(() => portrait.evaluate((image) => (image as HTMLImageElement).complete))
          .toBe(true);
        const { source, shown } = await portrait.evaluate((image) => ({
          source: (image as HTMLImageElement).currentSrc,
          shown: image.getBoundingClientRect().width,
        }));
        const needed = shown * deviceScaleFactor;
        expect(Number(new URL(source).searchParams.get("width"))).toBe(
          WIDTHS.find((kept) => kept >= needed) ?? WIDTHS.at(-1),
        );
      }
      await Promise.all(ready);
      expect(bytes.length).toBeGreaterThanOrEqual(10);
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_BYTES);
      expect(await shifts()).toBe(before);
      expect(before).toBeLessThan(GOOD_SHIFT);
    },
  );
});
