import { env } from "cloudflare:workers";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { call } from "../support/api.ts";
import { announce, consumeAll, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

const ASCII = new TextEncoder();
const LATIN1 = new TextDecoder("latin1");

function box(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + content.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(ASCII.encode(name), 4);
  bytes.set(content, 8);
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A manifest store as far as its boxes go (C2PA 2.1 §11.1): a superbox, described, with bytes of every value. */
const every = Uint8Array.from({ length: 4_001 }, (_, index) => index % 256);
const C2PA_UUID = Uint8Array.fromHex("6332706100110010800000aa00389b71");
const described = join(C2PA_UUID, Uint8Array.of(3), ASCII.encode("c2pa\0"));
const MANIFEST = box("jumb", join(box("jumd", described), box("cbor", every)));

/** One pixel in each format. */
const PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNYtfsMAAREAjKQDfTvAAAAAElFTkSuQmCC",
);
const WEBP = Uint8Array.fromBase64("UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ3aqWuf+BiOh/AAA=");

/** C2PA 2.1 §A.3.4: a `caBX` chunk before the picture's data. */
function pngWithManifest(): Uint8Array {
  const named = join(ASCII.encode("caBX"), MANIFEST);
  const [length, sum] = [new DataView(new ArrayBuffer(4)), new DataView(new ArrayBuffer(4))];
  length.setUint32(0, MANIFEST.length);
  sum.setUint32(0, crc32(named));
  const chunk = join(new Uint8Array(length.buffer), named, new Uint8Array(sum.buffer));
  const afterHeader = 8 + 25;
  return join(PNG.subarray(0, afterHeader), chunk, PNG.subarray(afterHeader));
}

/** A RIFF chunk `C2PA` at the end. */
function webpWithManifest(): Uint8Array {
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, MANIFEST.length, true);
  const padding = new Uint8Array(MANIFEST.length % 2);
  const whole = join(WEBP, ASCII.encode("C2PA"), new Uint8Array(length.buffer), MANIFEST, padding);
  new DataView(whole.buffer).setUint32(4, whole.length - 8, true);
  return whole;
}

describe("a portrait with content credentials", () => {
  it.each([
    ["a PNG", pngWithManifest(), "image/png"],
    ["a WebP", webpWithManifest(), "image/webp"],
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
