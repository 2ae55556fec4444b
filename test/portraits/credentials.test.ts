import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { call } from "../support/api.ts";
import { PIXEL, pngWithManifest, webpWithManifest } from "../support/credentials.ts";
import { announce, consumeAll, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

const LATIN1 = new TextDecoder("latin1");

describe("a portrait with content credentials", () => {
  it.each([
    ["a PNG", pngWithManifest(), "image/png"],
    ["a WebP", webpWithManifest(PIXEL), "image/webp"],
  ])("that is %s: is kept and shown byte for byte", async (_, original, type) => {
    const marker = newMarker();
    await script(marker, [{ imageBase64: original.toBase64() }]);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    expect(await (await env.IMAGES.get(toObjectName(key)))?.bytes()).toEqual(original);
    for (const url of [`/images/${key}`, `/images/${key}?ready`, `/images/${key}?width=4096`]) {
      const response = await call(url);
      expect([response.headers.get("Content-Type"), response.headers.get("X-Image-Status")]).toEqual([
        type,
        "ready",
      ]);
      expect(await response.bytes()).toEqual(original);
    }
    const size = await (await call(`/images/${key}?width=128`)).bytes();
    expect(LATIN1.decode(size)).toContain("trainedAlgorithmicMedia");
    expect(LATIN1.decode(size)).not.toContain("jumb");
  });
});
