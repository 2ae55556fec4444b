import { describe, expect, it } from "vitest";
import { portraitAlt, portraitSrcSet, portraitUrl } from "../../client/src/index.ts";

const imageUrl = `https://api.test/images/${"0f".repeat(32)}`;
const persona = (imageStatus: "pending" | "ready" | "failed") => ({
  name: "Ana Ruiz",
  imageUrl,
  imageStatus,
});

describe("portraitUrl", () => {
  it("is another address once the portrait is ready, so that a page that shows the placeholder loads it", () => {
    expect(portraitUrl(persona("pending"))).toBe(imageUrl);
    expect(portraitUrl(persona("ready"))).toBe(`${imageUrl}?ready`);
  });

  it("asks for a size of a portrait that is ready", () => {
    expect(portraitUrl(persona("ready"), { width: 96 })).toBe(`${imageUrl}?width=96`);
    expect(portraitUrl(persona("pending"), { width: 96 })).toBe(imageUrl);
    expect(portraitUrl(persona("failed"), { width: 96 })).toBe(imageUrl);
  });
});

describe("portraitSrcSet", () => {
  it("lists the sizes that the service keeps by default, or those that are given", () => {
    const sizes = portraitSrcSet(persona("ready"));
    expect(sizes).toBe([128, 256, 512].map((width) => `${imageUrl}?width=${width} ${width}w`).join(", "));
    expect(portraitSrcSet(persona("ready"), [64, 1024])).toBe(
      `${imageUrl}?width=64 64w, ${imageUrl}?width=1024 1024w`,
    );
  });

  it("is empty, which is none to a browser, where there are no sizes", () => {
    expect(portraitSrcSet(persona("pending"))).toBe("");
    expect(portraitSrcSet(persona("failed"))).toBe("");
    expect(portraitSrcSet(persona("ready"), [])).toBe("");
  });
});

describe("portraitAlt", () => {
  it("names the persona, says that the portrait is AI-generated, and whether it is there", () => {
    expect(portraitAlt(persona("ready"))).toBe("AI-generated portrait of Ana Ruiz");
    expect(portraitAlt(persona("pending"))).toBe("AI-generated portrait of Ana Ruiz (pending)");
    expect(portraitAlt(persona("failed"))).toBe("AI-generated portrait of Ana Ruiz (failed)");
  });
});
