import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { call, ORIGIN, problemOf, until } from "../support/api.ts";
import {
  alter,
  announce,
  becomes,
  consumeAll,
  cron,
  DAILY,
  FIVE_MINUTES,
  imageCalls,
  ledger,
  newMarker,
} from "../support/portraits.ts";

const WIDTHS = [128, 256, 512];
const FOR_EVER = "public, max-age=31536000, immutable";

/** Of a WebP with an extended header (RFC 9649 §2.7). */
function widthOf(webp: Uint8Array): number {
  return new DataView(webp.buffer, webp.byteOffset).getUint16(24, true) + 1;
}

async function readyPortrait() {
  const marker = newMarker();
  const [key = ""] = await announce([marker]);
  await consumeAll([key]);
  return { marker, key, path: `/images/${key}` };
}

const inR2 = async (key: string) => {
  const { objects } = await env.IMAGES.list({ prefix: toObjectName(key) });
  return objects.map((object) => object.key);
};
const allOf = (key: string) => [toObjectName(key), ...WIDTHS.map((width) => toObjectName(key, width)).sort()];

/** The methods of the binding, which all who hold it share. */
const transformer = Object.getPrototypeOf(env.TRANSFORM) as ImagesBinding;
const bucket = Object.getPrototypeOf(env.IMAGES) as R2Bucket;

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a portrait that is ready", () => {
  it("has every size: the smallest that is wide enough, and the original past the largest", async () => {
    const { key, path } = await readyPortrait();
    expect((await inR2(key)).sort()).toEqual(allOf(key).sort());
    const original = await (await call(path)).bytes();
    const expected = [
      [1, 128],
      [96, 128],
      [128, 128],
      [129, 256],
      [512, 512],
    ] as const;
    const etags = new Set<string | null>();
    for (const [asked, width] of expected) {
      const response = await call(`${path}?width=${asked}`);
      expect(response.headers.get("Content-Type")).toBe("image/webp");
      expect(response.headers.get("Cache-Control")).toBe(FOR_EVER);
      expect(response.headers.get("X-Image-Status")).toBe("ready");
      etags.add(response.headers.get("ETag"));
      const bytes = await response.bytes();
      expect(response.headers.get("Content-Length")).toBe(String(bytes.byteLength));
      expect(widthOf(bytes), `asked for ${asked}`).toBe(width);
      expect(new TextDecoder("latin1").decode(bytes)).toContain("trainedAlgorithmicMedia");
    }
    expect(etags.size).toBe(WIDTHS.length);
    for (const asked of [513, 4096]) {
      const response = await call(`${path}?width=${asked}`);
      expect(response.headers.get("Cache-Control")).toBe(FOR_EVER);
      expect(await response.bytes()).toEqual(original);
    }
  });

  it("answers HEAD, a condition and a range of a size as of the original", async () => {
    const { path } = await readyPortrait();
    const size = `${path}?width=100`;
    const first = await call(size);
    const etag = first.headers.get("ETag") ?? "";
    const whole = await first.bytes();
    const head = await call(size, { method: "HEAD" });
    expect([head.status, head.headers.get("ETag"), await head.text()]).toEqual([200, etag, ""]);
    expect(head.headers.get("Content-Length")).toBe(String(whole.byteLength));
    const known = await call(size, { headers: { "If-None-Match": etag } });
    expect([known.status, known.headers.get("ETag"), await known.text()]).toEqual([304, etag, ""]);
    const part = await call(size, { headers: { Range: "bytes=4-9" } });
    expect([part.status, await part.bytes()]).toEqual([206, whole.slice(4, 10)]);
  });

  it("refuses a width that is none", async () => {
    const { path } = await readyPortrait();
    const bad = [
      "0",
      "-1",
      "1.5",
      "abc",
      "",
      "4097",
      "99999999999",
      "1e2",
      "0x80",
      "%20128",
      "+128",
      "0128",
      "１２８",
      "128&width=256",
    ];
    for (const width of bad) {
      const response = await call(`${path}?width=${width}`);
      expect([width, response.status, (await problemOf(response)).code]).toEqual([
        width,
        400,
        "invalid_request",
      ]);
    }
  });
});

describe("a size that is missing", () => {
  it("is the original meanwhile, for five minutes, and is made by whoever looks, at no upstream call", async () => {
    const { marker, key, path } = await readyPortrait();
    await env.IMAGES.delete(toObjectName(key, 256));
    const response = await call(`${path}?width=200`);
    expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "ready"]);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=300");
    await response.body?.cancel();
    await until("the size is made", async () => {
      const again = await call(`${path}?width=200`);
      await again.body?.cancel();
      return again.headers.get("Cache-Control") === FOR_EVER;
    });
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("is found by the daily check, and is no portrait in the day's figures", async () => {
    const { marker, key } = await readyPortrait();
    const figures = () => env.DB.prepare("SELECT started, generated, failed, cost_usd FROM image_days").all();
    const { results } = await figures();
    await env.IMAGES.delete([toObjectName(key, 128), toObjectName(key, 512)]);
    await cron(DAILY);
    await until("they are made", async () => (await inR2(key)).length === allOf(key).length);
    await until("it is settled", async () => (await ledger([key]))[0]?.sizesDueAt === null);
    expect(await imageCalls(marker)).toHaveLength(1);
    expect((await figures()).results).toEqual(results);
  });

  it("is made by cron, once it is due", async () => {
    const { key } = await readyPortrait();
    await env.IMAGES.delete(toObjectName(key, 128));
    await alter(key, { sizesDueAt: Date.now() - 1 });
    await cron(FIVE_MINUTES);
    await until("it is made", async () => (await inR2(key)).length === allOf(key).length);
    await until("it is settled", async () => (await ledger([key]))[0]?.sizesDueAt === null);
  });

  it("of another portrait goes with it", async () => {
    const { key, path } = await readyPortrait();
    await env.IMAGES.delete(toObjectName(key));
    await env.IMAGES.put(toObjectName(key, 128), "another portrait's");
    const response = await call(path);
    expect(response.headers.get("X-Image-Status")).toBe("pending");
    await response.body?.cancel();
    await becomes(key, "ready");
    const size = await (await call(`${path}?width=128`)).bytes();
    expect(widthOf(size)).toBe(128);
  });
});

const FAULTS: Record<string, () => ImagesBinding["input"]> = {
  throws: () => () => {
    throw new Error("away");
  },
  "answers nonsense": () => () =>
    ({
      transform() {
        return this;
      },
      output: async () => ({ image: () => new Blob(["<html>"]).stream() }),
    }) as unknown as ImageTransformer,
  hangs: () => () =>
    ({
      transform() {
        return this;
      },
      output: () => new Promise(() => {}),
    }) as unknown as ImageTransformer,
};

describe("a transform that", () => {
  it.each(Object.keys(FAULTS))(
    "%s keeps no portrait from being ready, and its sizes come later",
    async (kind) => {
      const lines: string[] = [];
      vi.spyOn(console, "info").mockImplementation((line: string) => lines.push(line));
      const broken = vi.spyOn(transformer, "input").mockImplementation((FAULTS[kind] as () => never)());
      const marker = newMarker();
      const keys = await announce([`${marker} 1`, `${marker} 2`, `${marker} 3`]);
      await consumeAll(keys);
      for (const { status, sizesDueAt } of await ledger(keys))
        expect([status, (sizesDueAt ?? 0) > Date.now()]).toEqual(["ready", true]);
      const response = await call(`/images/${keys[0]}?width=96`);
      expect(response.headers.get("Cache-Control")).toBe("public, max-age=300");
      await response.body?.cancel();
      expect(lines.filter((line) => line.includes('"sizes.away"'))).toHaveLength(1);
      broken.mockRestore();
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 10 * 60_000);
      await cron(FIVE_MINUTES);
      const isWhole = async (key: string) => (await inR2(key)).length === allOf(key).length;
      for (const key of keys) await until("its sizes are made", () => isWhole(key));
      expect(await imageCalls(marker)).toHaveLength(3);
    },
  );
});

describe("the colo's cache", () => {
  it("answers a thousand requests for one portrait with one read of R2", async () => {
    const { path } = await readyPortrait();
    const reads = vi.spyOn(bucket, "get");
    const ask = async (count: number) => {
      const response = await call(`${path}?width=128&unknown=${count}`);
      expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "ready"]);
      await response.body?.cancel();
    };
    for (let round = 0; round < 20; round += 1)
      await Promise.all(Array.from({ length: 50 }, (_, index) => ask(round * 50 + index)));
    expect(reads).toHaveBeenCalledTimes(1);
  });

  it("that is away costs a read of R2, never a portrait", async () => {
    const { path } = await readyPortrait();
    const cache = Object.getPrototypeOf(caches.default) as Cache;
    for (const name of ["match", "put"] as const) vi.spyOn(cache, name).mockRejectedValue(new Error("away"));
    const reads = vi.spyOn(bucket, "get");
    for (const read of [1, 2]) {
      const response = await call(`${path}?width=128`);
      expect(widthOf(await response.bytes())).toBe(128);
      expect(reads).toHaveBeenCalledTimes(read);
    }
  });

  it("never has what is no portrait", async () => {
    const [key = ""] = await announce([newMarker()]);
    await (await call(`/images/${key}?width=128`)).body?.cancel();
    for (const name of ["original", "128"])
      expect(await caches.default.match(`${ORIGIN}/.cache/portraits/${key}/${name}`)).toBeUndefined();
  });
});
