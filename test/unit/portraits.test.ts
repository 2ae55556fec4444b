import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/hash.ts";
import { maxImageTokens } from "../../src/openai/worst-case.ts";
import { portraitPrompt, toInitials } from "../../src/personas/portrait.ts";
import { traits } from "../../src/personas/schema.ts";
import { toPortraitFile } from "../../src/portraits/generation/portrait-bytes.ts";
import { imageRequest } from "../../src/portraits/generation/request.ts";
import { afterFailure, nextUtcDay } from "../../src/portraits/jobs/lease.ts";
import { imageKey, parseObjectName, toObjectName } from "../../src/portraits/key.ts";
import { placeholder } from "../../src/portraits/serving/placeholder.ts";
import { contentRange, parseRange } from "../../src/portraits/serving/response.ts";

const KEY = "0123456789abcdef".repeat(4);
const MINUTE = 60_000;

describe("after a failed attempt", () => {
  const rule = { maxAttempts: 9, baseMs: 30_000 };
  const failed = { attempts: 1, final: false, code: "upstream_error", retryAfterMs: undefined };

  it("the delay doubles, up to 15 minutes", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => {
      const verdict = afterFailure({ ...failed, attempts }, rule, 1_000);
      return verdict.kind === "retry" ? verdict.dueAt - 1_000 : undefined;
    });
    expect(delays).toEqual([0.5, 1, 2, 4, 8, 15, 15, 15].map((minutes) => minutes * MINUTE));
  });

  it("a longer Retry-After wins, a shorter one does not", () => {
    const dueAt = (retryAfterMs: number) => afterFailure({ ...failed, retryAfterMs }, rule, 0);
    expect(dueAt(60 * MINUTE)).toMatchObject({ dueAt: 60 * MINUTE });
    expect(dueAt(1_000)).toMatchObject({ dueAt: 30_000 });
  });

  it("the last one is final, and so is a refusal", () => {
    expect(afterFailure({ ...failed, attempts: 9 }, rule, 0)).toEqual({
      kind: "fail",
      code: "upstream_error",
    });
    const refused = { ...failed, code: "model_refusal" };
    expect(afterFailure(refused, rule, 0)).toEqual({ kind: "fail", code: "model_refusal" });
    expect(afterFailure({ ...failed, final: true }, rule, 0)).toMatchObject({ kind: "fail" });
  });

  it("a new day is the next midnight in UTC", () => {
    expect(nextUtcDay(Date.parse("2026-12-31T23:59:59.999Z"))).toBe(Date.parse("2027-01-01"));
    expect(nextUtcDay(Date.parse("2026-11-23"))).toBe(Date.parse("2026-11-24"));
  });
});

describe("an image key", () => {
  const style = { model: "m", size: "1024x1024", quality: "low" };

  it("is another one for another prompt, model, size or quality, and stays what it is", () => {
    const keys = [
      imageKey("a", style, sha256),
      imageKey("b", style, sha256),
      imageKey("a", { ...style, model: "n" }, sha256),
      imageKey("a", { ...style, size: "512x512" }, sha256),
      imageKey("a", { ...style, quality: "high" }, sha256),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(keys[0]).toBe("e657f733b71e2b93677712ae897ba808fd582acf962eb5558449eb27f6836dfe");
    expect(parseObjectName(toObjectName(KEY))).toEqual({ key: KEY });
    expect(parseObjectName(toObjectName(KEY, 128))).toEqual({ key: KEY, width: 128 });
  });
});

describe("an image request", () => {
  const job = { key: KEY, prompt: "p", owner: "o", attempts: 0, interrupted: false };
  const style = { size: "1024x1024", quality: "medium" };

  it("has what each family of models takes", () => {
    expect(imageRequest({ ...job, ...style, model: "gpt-image-2.6-flare" })).toEqual({
      model: "gpt-image-2.6-flare",
      prompt: "p",
      ...style,
      output_format: "webp",
    });
    expect(imageRequest({ ...job, ...style, model: "dall-e-3" })).toEqual({
      model: "dall-e-3",
      prompt: "p",
      ...style,
      quality: "standard",
      response_format: "b64_json",
    });
  });

  it("asks a DALL·E model for the nearest quality that it knows", () => {
    const asked = (model: string, quality: string) =>
      imageRequest({ ...job, ...style, model, quality }).quality;
    for (const quality of ["low", "medium", "auto", "standard"])
      expect(asked("dall-e-3", quality)).toBe("standard");
    for (const quality of ["high", "hd"]) {
      expect(asked("dall-e-3", quality)).toBe("hd");
      expect(asked("dall-e-2", quality)).toBe("standard"); // the only one it has
    }
    for (const quality of ["low", "medium", "high", "auto"])
      expect(asked("gpt-image-2.6-flare", quality)).toBe(quality);
  });
});

describe("the most that a portrait costs", () => {
  it("is above what the known models bill, with room for newer ones", () => {
    const billed: [size: string, quality: string, tokens: number][] = [
      ["1024x1024", "low", 272],
      ["1024x1024", "medium", 1_756],
      ["1024x1024", "high", 7_024],
      ["1024x1536", "medium", 1_584],
      ["1536x1024", "high", 6_240],
      ["3584x2048", "high", 12_329],
    ];
    for (const [size, quality, tokens] of billed)
      expect(maxImageTokens(size, quality), `${size} ${quality}`).toBeGreaterThanOrEqual(tokens);
    expect(maxImageTokens("auto", "auto")).toBeGreaterThan(maxImageTokens("3840x2160", "high"));
  });
});

describe("a portrait's type", () => {
  it("is what its first bytes say", () => {
    const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const portraitType = (start: Uint8Array) => toPortraitFile(start)?.contentType;
    expect(portraitType(bytes("\x89PNG\r\n\x1a\n…"))).toBe("image/png");
    expect(portraitType(bytes("\xff\xd8\xff\xe0"))).toBe("image/jpeg");
    expect(portraitType(bytes("RIFF\x00\x00\x00\x00WEBPVP8 "))).toBe("image/webp");
    for (const other of ["", "RIFF\x00\x00\x00\x00WAVE", "<svg", "GIF89a", "<!DOCTYPE html>", "\x89PNG"])
      expect(portraitType(bytes(other)), other).toBeUndefined();
  });
});

describe("a range", () => {
  it("never leaves the portrait, whatever is asked", () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(), fc.nat()).map(([first, last]) => `bytes=${first}-${last}`),
      fc.nat().map((first) => `bytes=${first}-`),
      fc.nat().map((last) => `bytes=-${last}`),
    );
    fc.assert(
      fc.property(header, fc.integer({ min: 1, max: 5_000_000 }), (asked, size) => {
        const range = parseRange(asked, size);
        if (typeof range === "string") return;
        expect(range.length).toBeGreaterThan(0);
        expect(range.offset).toBeGreaterThanOrEqual(0);
        expect(range.offset + range.length).toBeLessThanOrEqual(size);
      }),
    );
  });

  it("is counted from 0, its last byte included", () => {
    expect(parseRange("bytes=0-99", 1_000)).toEqual({ offset: 0, length: 100 });
    expect(contentRange({ offset: 0, length: 100 }, 1_000)).toBe("bytes 0-99/1000");
    expect(parseRange("bytes=-0", 1_000)).toBe("unsatisfiable");
    expect(parseRange("bytes=1000-", 1_000)).toBe("unsatisfiable");
    expect(parseRange(undefined, 1_000)).toBe("whole");
  });
});

describe("a placeholder", () => {
  const shown = (initials: string, size = "1024x1024", state: "pending" | "failed" = "pending") =>
    placeholder({ key: KEY, initials, size, state });

  it("is well-formed XML for any initials, and never has them as markup", async () => {
    const hostile = [
      "<script>",
      "]]>",
      "&lt;",
      '"',
      "'",
      "\u0000\u0008",
      "\ud800",
      "\ufffe",
      "</text><x/>",
      "👩‍⚕️",
      "م",
    ];
    const odd = [...hostile, ...fc.sample(fc.string({ unit: "binary", maxLength: 8 }), 50)];
    for (const initials of odd) {
      const svg = shown(initials);
      const { format } = await sharp(Buffer.from(svg)).metadata(); // rejects what is not well-formed
      expect(format).toBe("svg");
      expect(svg).not.toMatch(/<script|<x\/>/);
    }
  });

  it("has a title, the portrait's shape, and moves for nobody who would rather it did not", () => {
    expect(shown("AS", "1024x1536")).toContain('viewBox="0 0 512 768"');
    expect(shown("AS", "auto")).toContain('viewBox="0 0 512 512"');
    expect(shown("AS", "9999x16")).toContain('viewBox="0 0 1536 512"');
    expect(shown("AS")).toMatch(/<title>[^<]+<\/title>.*prefers-reduced-motion/);
    expect(shown("AS", "auto", "failed")).not.toContain("animation");
    expect(shown("")).toContain("<circle");
  });
});

describe("initials", () => {
  it("are the first letters of the first and the last word", () => {
    const names: [name: string, initials: string][] = [
      ["Ann Smith", "AS"],
      ["zoë van Dijk", "ZD"],
      ["Cher", "C"],
      ["  María  José   Ñandú ", "MÑ"],
      ["e\u0301lan ok", "E\u0301O"],
      ["李小龙", "李"],
      ["Dr. (Ann) O'Neill", "DO"],
      ["<script> & co", "C"],
      ["🙂 🙃", ""],
      ["", ""],
    ];
    for (const [name, initials] of names) expect(toInitials(name), name).toBe(initials);
    expect(toInitials(`a${"\u0301".repeat(10_000)} b`).length).toBeLessThan(10);
  });
});

describe("a portrait's prompt", () => {
  const person = {
    name: "SECRET-name",
    description: "SECRET",
    age: 61,
    gender: "man",
    location: "SECRET",
    household: "SECRET",
    occupation: "baker",
    annualIncomeUsd: 1,
    currentCoverage: "SECRET",
    healthContext: "SECRET",
    coverageNeeds: ["SECRET"],
    priorities: ["SECRET"],
    concerns: ["SECRET"],
    preferredPlanType: "SECRET",
    questionsToAsk: ["SECRET"],
    communicationStyle: "SECRET",
    budget: { monthlyPremiumUsd: 1, annualDeductibleUsd: 1 },
    appearance: "Gray hair,\nround glasses.",
  };

  it("tells what can be seen of the person, and nothing else", () => {
    expect(traits.safeParse(person).success).toBe(true);
    const prompt = portraitPrompt(person);
    expect(prompt).toContain("61-year-old person (man): Gray hair, round glasses. Occupation");
    expect(prompt).toContain("baker");
    expect(prompt).toMatch(/No text, letters, numbers, logos/);
    expect(prompt).not.toContain("SECRET");
  });

  it("is bounded, whatever the model wrote", () => {
    const long = {
      ...person,
      appearance: "🙂".repeat(50_000),
      occupation: "x".repeat(50_000),
      gender: "y".repeat(900),
    };
    const prompt = portraitPrompt(long);
    expect(prompt.length).toBeLessThan(1_600);
    expect(prompt.isWellFormed()).toBe(true);
  });
});
