import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { call } from "../support/api.ts";
import { persona } from "../support/persona.ts";
import {
  alter,
  announce,
  becomes,
  consume,
  consumeAll,
  cron,
  FIVE_MINUTES,
  imageCalls,
  keyOf,
  ledger,
  newMarker,
  setWith,
  statusOf,
} from "../support/portraits.ts";
import { callsReach, script } from "../support/upstream.ts";

describe("a portrait", () => {
  it("is asked for once, whichever sets want it, with what its model takes", async () => {
    const marker = newMarker();
    const sets = await Promise.all([1, 2, 3].map(() => setWith([persona(marker), persona(marker, "Bo Li")])));
    const keys = new Set(sets.flatMap(({ personas }) => personas.map(({ imageUrl }) => keyOf(imageUrl))));
    expect(keys.size).toBe(1);
    const [key = ""] = keys;
    await becomes(key, "ready");
    const sent = await imageCalls(marker);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.body).toEqual({
      model: "gpt-image-2.6-flare",
      prompt: expect.stringContaining(marker),
      size: "1024x1024",
      quality: "medium",
      output_format: "webp",
    });
    expect(sent[0]?.body.prompt).toMatch(/40-year-old.*woman.*nurse.*No text/s);
    expect(sent[0]?.body.prompt).not.toMatch(/Ann|Smith|some text/);
    const again = await setWith([persona(marker)]);
    expect(again.personas[0]?.imageStatus).toBe("ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("of a DALL·E model is asked for as those models want it, which take no webp and send no usage", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await alter(key, { model: "dall-e-3" }); // and the default quality, which is none of theirs
    await consumeAll([key]);
    expect(await ledger([key])).toMatchObject([{ status: "ready", contentType: "image/png" }]);
    const [sent] = await imageCalls(marker);
    expect(sent?.body).toMatchObject({ model: "dall-e-3", response_format: "b64_json", quality: "standard" });
    expect(sent?.body).not.toHaveProperty("output_format");
  });

  it("does not hold up the text", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 1_500 }]);
    const { personas } = await setWith([persona(marker)]);
    expect(personas[0]?.imageStatus).toBe("pending");
    const [sent] = await imageCalls(marker);
    expect(sent?.outcome ?? "open").toBe("open");
    await becomes(keyOf(personas[0]?.imageUrl), "ready");
  });

  it("of any set is made beside the others, four at once", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 1_000 }], true);
    const { personas } = await setWith([1, 2, 3, 4, 5, 6].map((n) => persona(`${marker} ${n}`)));
    await callsReach(marker, 4, "open");
    await callsReach(marker, 6, "finished");
    for (const { imageUrl } of personas) await becomes(keyOf(imageUrl), "ready");
  });
});

describe("two crons and four consumers at the same moment, a hundred times", () => {
  it("make one call for each portrait", async () => {
    for (let round = 0; round < 100; round += 1) {
      const marker = newMarker();
      await script(marker, [{ imageBytes: 100 }], true);
      const keys = await announce([`${marker} a`, `${marker} b`, `${marker} c`]);
      const crons = [cron(FIVE_MINUTES), cron(FIVE_MINUTES)];
      await Promise.all([...crons, ...[1, 2, 3, 4].map(() => consume())]);
      await consumeAll(keys);
      expect(await imageCalls(marker)).toHaveLength(3);
      expect(await ledger(keys)).toMatchObject(Array(3).fill({ status: "ready", attempts: 1 }));
    }
  }, 300_000);
});

describe("a worker that died", () => {
  it("with a claim: the portrait is made once its lease has run out", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await alter(key, { leaseOwner: "dead", dueAt: Date.now() + 400 });
    await consume();
    expect(await imageCalls(marker)).toEqual([]);
    // the consumer left a bell for the moment when the lease runs out
    await becomes(key, "ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("under a call: one more call is made, and both count", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await alter(key, { leaseOwner: "dead", callId: "lost", attempts: 1, dueAt: Date.now() - 1 });
    await cron(FIVE_MINUTES);
    await becomes(key, "ready");
    expect(await imageCalls(marker)).toHaveLength(1);
    expect(await ledger([key])).toMatchObject([{ attempts: 2, callId: null, leaseOwner: null }]);
  });

  it("under its last call: the portrait has failed, and no more is paid", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await alter(key, { leaseOwner: "dead", callId: "lost", attempts: 5, dueAt: Date.now() - 1 });
    await consumeAll([key]);
    expect(await statusOf(key)).toBe("failed");
    expect(await ledger([key])).toMatchObject([{ failure: "interrupted", attempts: 5 }]);
    expect(await imageCalls(marker)).toEqual([]);
  });

  it("between R2 and the ledger: what was stored is not paid for again", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    const dead = { status: "pending" as const, leaseOwner: "dead", callId: "lost", readyAt: null };
    await alter(key, { ...dead, dueAt: Date.now() - 1 });
    expect(await statusOf(key)).toBe("ready"); // it is there, whatever the ledger says
    await consumeAll([key]);
    expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: 1, leaseOwner: null }]);
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("whose lease another took: its portrait counts, and nothing is stored twice", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 1_200 }]);
    const [key = ""] = await announce([marker]);
    const slow = consume();
    await callsReach(marker, 1);
    await alter(key, { leaseOwner: null, callId: null, dueAt: Date.now() - 1 }); // a ledger that was set back
    await consumeAll([key]);
    const etag = (await env.IMAGES.head(toObjectName(key)))?.httpEtag;
    await slow;
    expect((await env.IMAGES.head(toObjectName(key)))?.httpEtag).toBe(etag);
    expect(await ledger([key])).toMatchObject([{ status: "ready" }]);
  });
});

describe("where R2 is away", () => {
  const bucket = Object.getPrototypeOf(env.IMAGES) as R2Bucket;
  const away = new Error("put: We encountered an internal error. Please try again. (10001)");
  afterEach(() => vi.restoreAllMocks());

  it("before a call, none is made", async () => {
    const marker = newMarker();
    await script(marker, [{ imageBytes: 100 }], true);
    const [key = ""] = await announce([marker]);
    const list = vi.spyOn(bucket, "list").mockRejectedValue(away);
    await consumeAll([key]);
    expect(list).toHaveBeenCalled();
    expect(await imageCalls(marker)).toEqual([]);
    list.mockRestore();
    await alter(key, { dueAt: Date.now() - 1 });
    await consumeAll([key]);
    expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: 1 }]);
  });

  it("after one, the portrait waits for it, and is paid for once", async () => {
    const marker = newMarker();
    await script(marker, [{ imageBytes: 100 }], true);
    const [key = ""] = await announce([marker]);
    const put = vi.spyOn(bucket, "put");
    for (let times = 0; times < 3; times += 1) put.mockRejectedValueOnce(away);
    await consumeAll([key]);
    expect(await ledger([key])).toMatchObject([{ status: "ready", attempts: 1 }]);
    expect(await imageCalls(marker)).toHaveLength(1);
  });
});

describe("a ledger that was set back", () => {
  it.each([
    ["to pending", { status: "pending", dueAt: 0, readyAt: null, attempts: 0 }],
    ["to failed and then pending", { status: "pending", dueAt: 0, attempts: 5, failure: "upstream_error" }],
  ] as const)("%s finds the portrait in R2", async (_, change) => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    await alter(key, change);
    await cron(FIVE_MINUTES);
    await expect.poll(async () => (await ledger([key]))[0]?.status).toBe("ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("whose row is gone while the portrait is made leaves nothing in R2", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 600 }]);
    const [key = ""] = await announce([marker]);
    const work = consume();
    await callsReach(marker, 1);
    await env.DB.prepare("DELETE FROM persona_images WHERE image_key = ?").bind(key).run();
    await work;
    await callsReach(marker, 1, "finished");
    await expect.poll(() => env.IMAGES.head(toObjectName(key))).toBeNull();
    expect((await call(`/images/${key}`)).status).toBe(404);
  });
});

describe("portraits of 3 MB", () => {
  it("pass through, twelve of them, byte for byte", async () => {
    const marker = newMarker();
    const size = 3_000_000;
    await script(marker, [{ imageBytes: size }], true);
    const keys = await announce(Array.from({ length: 12 }, (_, index) => `${marker} ${index}`));
    await consumeAll(keys);
    expect(await ledger(keys)).toMatchObject(
      Array(12).fill({ status: "ready", bytes: size, contentType: "image/png" }),
    );
    const response = await call(`/images/${keys[0]}`);
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect((await response.bytes()).byteLength).toBe(size);
  });
});
