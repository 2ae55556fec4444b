import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { call, problemOf } from "../support/api.ts";
import { persona } from "../support/persona.ts";
import {
  announce,
  becomes,
  consumeAll,
  imageCalls,
  keyOf,
  ledger,
  newMarker,
  setWith,
} from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

async function readyPortrait() {
  const marker = newMarker();
  const [key = ""] = await announce([marker]);
  await consumeAll([key]);
  return { marker, key, path: `/images/${key}` };
}

const REFUSED = { status: 400, body: { error: { message: "no", type: "x", code: "moderation_blocked" } } };

describe("a portrait that is pending", () => {
  it("is a placeholder with the persona's initials, in its own colours, not to be stored", async () => {
    const [one = "", other = ""] = await announce([newMarker(), newMarker()], "ÉS");
    const response = await call(`/images/${one}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("image/svg+xml");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("X-Image-Status")).toBe("pending");
    expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    const svg = await response.text();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 512 512"/);
    expect(svg).toContain(">ÉS</text>");
    expect(svg).toContain("<title>");
    expect(await (await call(`/images/${other}`)).text()).not.toBe(svg);
  });

  it("is there as soon as its URL is", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 900 }]);
    const { personas } = await setWith([persona(marker, "Zoë van Dijk")]);
    expect(personas[0]?.imageStatus).toBe("pending");
    const response = await call(new URL(personas[0]?.imageUrl ?? "").pathname);
    expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "pending"]);
    expect(await response.text()).toContain(">ZD</text>");
    await becomes(keyOf(personas[0]?.imageUrl), "ready");
  });

  it("answers HEAD, a condition and a range as it answers anything", async () => {
    const [key = ""] = await announce([newMarker()]);
    const head = await call(`/images/${key}`, { method: "HEAD" });
    expect([head.status, head.headers.get("X-Image-Status"), await head.text()]).toEqual([
      200,
      "pending",
      "",
    ]);
    for (const headers of [{ "If-None-Match": "*" }, { Range: "bytes=0-3" }]) {
      const response = await call(`/images/${key}`, { headers });
      expect([response.status, response.headers.get("ETag")]).toEqual([200, null]);
      await response.body?.cancel();
    }
  });
});

describe("a portrait that failed", () => {
  it("is a placeholder that says so", async () => {
    const marker = newMarker();
    await script(marker, [REFUSED]);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    const response = await call(`/images/${key}`);
    expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "failed"]);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.text()).toContain(">AS</text>");
  });
});

describe("a portrait that is ready", () => {
  it("is the portrait, for ever", async () => {
    const { path } = await readyPortrait();
    const response = await call(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("image/webp");
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("X-Image-Status")).toBe("ready");
    expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
    expect(response.headers.get("ETag")).toMatch(/^"[^"]+"$/);
    const bytes = await response.bytes();
    expect(response.headers.get("Content-Length")).toBe(String(bytes.byteLength));
    expect(new TextDecoder("latin1").decode(bytes.slice(0, 4))).toBe("RIFF");
  });

  it("answers HEAD like GET, without a body", async () => {
    const { path } = await readyPortrait();
    const [get, head] = [await call(path), await call(path, { method: "HEAD" })];
    await get.body?.cancel();
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const name of ["Content-Type", "Content-Length", "ETag", "Cache-Control", "X-Image-Status"])
      expect(head.headers.get(name), name).toBe(get.headers.get(name));
  });

  it("is 304 to one who has it", async () => {
    const { path } = await readyPortrait();
    const first = await call(path);
    const etag = first.headers.get("ETag") ?? "";
    await first.body?.cancel();
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const response = await call(path, { headers: { "If-None-Match": tags } });
      expect([response.status, response.headers.get("ETag"), await response.text()]).toEqual([304, etag, ""]);
      expect(response.headers.get("Cache-Control")).toContain("immutable");
    }
    const head = await call(path, { method: "HEAD", headers: { "If-None-Match": etag } });
    expect(head.status).toBe(304);
    const changed = await call(path, { headers: { "If-None-Match": '"other"' } });
    expect(changed.status).toBe(200);
    await changed.body?.cancel();
  });

  it("gives the part that was asked for", async () => {
    const { path } = await readyPortrait();
    const first = await call(path);
    const etag = first.headers.get("ETag") ?? "";
    const whole = await first.bytes();
    const size = whole.byteLength;
    const ranges: [range: string, from: number, to: number][] = [
      ["bytes=0-0", 0, 0],
      ["bytes=10-19", 10, 19],
      [`bytes=${size - 5}-`, size - 5, size - 1],
      ["bytes=-7", size - 7, size - 1],
      [`bytes=5-${size + 100}`, 5, size - 1],
      [`bytes=-${size + 100}`, 0, size - 1],
    ];
    for (const [range, from, to] of ranges) {
      const response = await call(path, { headers: { Range: range, "If-Range": etag } });
      expect(response.status, range).toBe(206);
      expect(response.headers.get("Content-Range")).toBe(`bytes ${from}-${to}/${size}`);
      expect(await response.bytes()).toEqual(whole.slice(from, to + 1));
    }
    const past = await call(path, { headers: { Range: `bytes=${size}-` } });
    expect([past.status, past.headers.get("Content-Range"), await past.text()]).toEqual([
      416,
      `bytes */${size}`,
      "",
    ]);
    const ignored = [{ Range: "bytes=0-1,4-5" }, { Range: "lines=1-2" }, { Range: "bytes=9-2" }];
    for (const headers of [...ignored, { Range: "bytes=0-1", "If-Range": '"other"' }]) {
      const response = await call(path, { headers });
      expect([response.status, (await response.bytes()).byteLength]).toEqual([200, size]);
    }
  });
});

describe("what was never announced", () => {
  it("is 404, whatever it looks like", async () => {
    for (const key of ["a".repeat(64), "A".repeat(64), "a".repeat(63), "x", "..%2f", `${"a".repeat(64)}/`]) {
      const response = await call(`/images/${key}`);
      expect([response.status, (await problemOf(response)).code]).toEqual([404, "not_found"]);
    }
  });

  it("is read only", async () => {
    const response = await call(`/images/${"a".repeat(64)}`, { method: "PUT" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
    await response.body?.cancel();
  });
});

describe("a portrait that is gone from R2", () => {
  it("is a placeholder, and made again", async () => {
    const { marker, key, path } = await readyPortrait();
    await env.IMAGES.delete(toObjectName(key));
    const response = await call(path);
    expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "pending"]);
    expect(response.headers.get("Content-Type")).toBe("image/svg+xml");
    await response.body?.cancel();
    await becomes(key, "ready");
    expect(await imageCalls(marker)).toHaveLength(2);
    expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: 1 }]);
  });

  it("is found so by HEAD, by a condition and by a range as well", async () => {
    for (const init of [
      { method: "HEAD" },
      { headers: { "If-None-Match": '"x"' } },
      { headers: { Range: "bytes=0-1" } },
    ]) {
      const { key, path } = await readyPortrait();
      await env.IMAGES.delete(toObjectName(key));
      const response = await call(path, init);
      expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "pending"]);
      await response.body?.cancel();
      await becomes(key, "ready");
    }
  });
});
