import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { DIGITAL_SOURCE_TYPE, markAsGenerated } from "../../src/portraits/sizes/webp-xmp.ts";

const BASE = { width: 300, height: 200, channels: 4 } as const;
const picture = (alpha: number) =>
  sharp({ create: { ...BASE, background: { r: 200, g: 90, b: 40, alpha } } });

const KINDS: Record<string, () => Promise<Buffer>> = {
  lossy: () => picture(1).flatten().webp().toBuffer(),
  lossless: () => picture(1).flatten().webp({ lossless: true }).toBuffer(),
  "lossless with transparency": () => picture(0.5).webp({ lossless: true }).toBuffer(),
  "lossy with transparency": () => picture(0.5).webp().toBuffer(),
  "with an extended header": () => picture(1).flatten().withIccProfile("p3").webp().toBuffer(),
};

describe("a WebP that is marked as made by a model", () => {
  it.each(Object.keys(KINDS))("says so to a library, and shows the same: %s", async (kind) => {
    const before = await (KINDS[kind] as () => Promise<Buffer>)();
    const marked = markAsGenerated(before) ?? new Uint8Array();
    const { xmp, width, height, format, hasAlpha } = await sharp(marked).metadata();
    expect({ width, height, format }).toEqual({ width: 300, height: 200, format: "webp" });
    expect(hasAlpha).toBe(kind.endsWith("transparency"));
    expect(xmp?.toString()).toContain(`Iptc4xmpExt:DigitalSourceType="${DIGITAL_SOURCE_TYPE}"`);
    expect(await sharp(marked).raw().toBuffer()).toEqual(await sharp(before).raw().toBuffer());
  });

  it("is none where the bytes are no whole WebP", async () => {
    const whole = await picture(1).flatten().webp().toBuffer();
    const png = await picture(1).png().toBuffer();
    const cut = [0, 4, 12, 19, 20, 25, whole.byteLength - 1].map((end) => whole.subarray(0, end));
    for (const bytes of [png, Buffer.from("<html>"), ...cut]) expect(markAsGenerated(bytes)).toBeUndefined();
  });
});
