import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { parseAddress } from "../../src/http/caller.ts";
import { PROBLEMS } from "../../src/http/errors.ts";
import { cacheWish } from "../../src/http/headers.ts";
import { emailAddress, findUnsafe, jsonPointer } from "../../src/http/validate.ts";
import { retryAfterMs } from "../../src/openai/failures.ts";

describe("the caller's address", () => {
  const of = (address: string) => parseAddress(new Headers({ "CF-Connecting-IP": address }));

  it("is CF-Connecting-IP, an IPv6 one by its /64, or local", () => {
    expect(parseAddress(new Headers())).toBe("local");
    expect(of("192.0.2.7")).toBe("192.0.2.7");
    expect(of("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(of("2001:DB8:0001:2::9")).toBe("2001:db8:1:2::/64");
    expect(of("2001:db8::1")).toBe("2001:db8:0:0::/64");
    expect(of("::1")).toBe("0:0:0:0::/64");
    expect(of("::ffff:192.0.2.7")).toBe("192.0.2.7");
  });
});

describe("Cache-Control on a request", () => {
  const wish = (value: string, pragma?: string) =>
    cacheWish(new Headers({ "Cache-Control": value, ...(pragma !== undefined && { Pragma: pragma }) }));

  it("is read by its directives, whatever their case and arguments", () => {
    expect(cacheWish(new Headers())).toEqual({ refresh: false, onlyIfCached: false });
    expect(wish("No-Cache")).toEqual({ refresh: true, onlyIfCached: false });
    expect(wish("max-age=0, only-if-cached")).toEqual({ refresh: false, onlyIfCached: true });
    expect(wish("no-cache, only-if-cached")).toEqual({ refresh: true, onlyIfCached: true });
    expect(wish("x-no-cache, no-cachex, no-store")).toEqual({ refresh: false, onlyIfCached: false });
    expect(wish("no-cache", "no-cache")).toEqual({ refresh: false, onlyIfCached: false });
    expect(wish("no-cache", "other")).toEqual({ refresh: true, onlyIfCached: false });
  });
});

describe("an e-mail address", () => {
  it.each([
    "ann@example.org",
    " Ann.O'Brien+plans@sub.EXAMPLE.co.uk ",
    "a@x.io",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    "user%shop.example@example.org",
    "1@2.example",
    "ann@b-c.xn--p1ai",
    `${"a".repeat(64)}@${"b".repeat(63)}.org`,
  ])("%s is one", (text) => {
    expect(z.safeParse(emailAddress, text)).toEqual({ success: true, data: text.trim() });
  });

  it.each([
    "",
    "ann",
    "@example.org",
    "ann@",
    "ann@example",
    "ann@@example.org",
    "ann smith@example.org",
    "ann@exam ple.org",
    ".ann@example.org",
    "ann.@example.org",
    "an..n@example.org",
    "ann@-example.org",
    "ann@example-.org",
    "ann@example..org",
    "ann@example.org.",
    "ann@127.0.0.1",
    "ann@example.o",
    "ann@example.org\nBcc: all@example.org",
    "Ann <ann@example.org>",
  ])("%j is none", (text) => {
    expect(z.safeParse(emailAddress, text).success).toBe(false);
  });
});

describe("an upstream's Retry-After", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  const of = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);

  it("is read as seconds, as a date, or in OpenAI's milliseconds", () => {
    expect(of({})).toBeUndefined();
    expect(of({ "Retry-After": "7" })).toBe(7_000);
    expect(of({ "Retry-After": "0.5" })).toBe(500);
    expect(of({ "Retry-After": "Mon, 23 Nov 2026 12:00:09 GMT" })).toBe(9_000);
    expect(of({ "Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT" })).toBe(0);
    expect(of({ "Retry-After": "7", "retry-after-ms": "250" })).toBe(250);
    expect(of({ "Retry-After": "soon" })).toBeUndefined();
    expect(of({ "Retry-After": "-5" })).toBeUndefined();
    expect(of({ "Retry-After": "9999999999" })).toBe(24 * 3_600_000);
  });
});

describe("a JSON Pointer", () => {
  it("escapes as RFC 6901 says, and is never as long as a hostile body", () => {
    expect(jsonPointer([])).toBe("");
    expect(jsonPointer(["a/b", "m~n", 0, ""])).toBe("/a~1b/m~0n/0/");
    expect(jsonPointer(["x".repeat(60_000)]).length).toBeLessThan(300);
  });
});

describe("what two systems could read differently", () => {
  it("is found, and where it is", () => {
    expect(findUnsafe({ a: [1, 1.5, -9007199254740991, "😀", null, true] })).toBeUndefined();
    expect(findUnsafe({ a: [Number.POSITIVE_INFINITY] })?.path).toBe("/a/0");
    expect(findUnsafe({ a: 1e300 })?.path).toBe("/a");
    expect(findUnsafe({ "a\ud800": 1 })?.path).toBe("");
  });
});

describe("the table of problems", () => {
  it("has a title for people and a status for each code", () => {
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});
