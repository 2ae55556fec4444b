import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toObjectName } from "../../src/portraits/key.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, ORIGIN, post, problemOf, setOf } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { persona } from "../support/persona.ts";
import { alter, cron, FIVE_MINUTES, keyOf, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

/** The platform's methods, which all who hold a binding share. */
const bucket = Object.getPrototypeOf(env.IMAGES) as R2Bucket;
const cache = Object.getPrototypeOf(caches.default) as Cache;

afterEach(() => {
  vi.restoreAllMocks();
});

async function erase(email: string): Promise<void> {
  const response = await post("/api/admin/erase", { email }, ADMIN);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ erased: { images: 1 } });
}

/** A set of one persona, whose portrait is ready unless it is not waited for. */
async function somebody(images?: "wait") {
  const email = `${crypto.randomUUID()}@example.org`;
  const leadData = newLead();
  await script(leadData.name, [{ content: JSON.stringify({ personas: [persona(newMarker())] }) }]);
  const { personas } = await setOf(await generate({ leadData, email, config: { count: 1 }, images }));
  const key = keyOf(personas[0]?.imageUrl);
  return { email, key, path: `/images/${key}` };
}

interface Hold {
  /** Which of the calls, by their first argument. */
  readonly only?: (first: unknown) => boolean;
  /** Once it has done its work, and not before. */
  readonly after?: boolean;
}

/** Holds calls of a method up until they are released. By flags: a promise belongs to the request that made it. */
function holdUp<T extends object>(platform: T, name: keyof T & string, { only, after }: Hold = {}) {
  const state = { begun: false, released: false, done: false };
  const original = Reflect.get(platform, name) as (...args: unknown[]) => unknown;
  const spy = vi.spyOn(platform as Record<string, () => unknown>, name);
  spy.mockImplementation(async function (this: T, ...args: unknown[]) {
    const isHeld = !only || only(args[0]);
    const early = after && (await original.apply(this, args));
    state.begun ||= isHeld;
    while (isHeld && !state.released) await new Promise((resolve) => setTimeout(resolve, 5));
    const result = after ? early : await original.apply(this, args);
    state.done ||= isHeld;
    return result;
  });
  const until = (reached: "begun" | "done") => expect.poll(() => state[reached]).toBe(true);
  return {
    begun: () => until("begun"),
    done: () => until("done"),
    release() {
      state.released = true;
    },
  };
}

const isSize = (name: unknown) => String(name).endsWith("/128");

async function nothingIsLeft({ key, path }: { key: string; path: string }): Promise<void> {
  expect(
    await env.DB.prepare("SELECT 1 FROM persona_images WHERE image_key = ?").bind(key).all(),
  ).toMatchObject({ results: [] });
  const inR2 = async () => (await env.IMAGES.list({ prefix: toObjectName(key) })).objects.length;
  await expect.poll(inR2).toBe(0);
  for (const name of ["original", "128", "256", "512"]) {
    const cached = () => caches.default.match(`${ORIGIN}/.cache/portraits/${key}/${name}`);
    await expect.poll(cached).toBeUndefined();
  }
  for (const url of [path, `${path}?width=128`]) {
    const response = await call(url);
    await response.body?.cancel();
    expect(response.status).toBe(404);
  }
}

/** D1's next deletion of portraits fails: before it, or after it was done. */
function failDeletion(when: "before" | "after"): () => void {
  let failed = false;
  return wrapDatabase(async (sql, send) => {
    const isDue = !failed && /delete from \W+persona_images/.test(sql);
    failed ||= isDue;
    if (isDue && when === "before") throw new Error("Network connection lost.");
    const response = await send();
    if (!isDue) return response;
    await response.body?.cancel();
    throw new Error("Network connection lost.");
  });
}

function failBucket(): () => void {
  const away = new Error("list: We encountered an internal error. Please try again. (10001)");
  const list = vi.spyOn(bucket, "list").mockRejectedValue(away);
  return () => list.mockRestore();
}

describe("an erasure that fails half-way", () => {
  it.each([
    ["before D1 has taken its portraits out", () => failDeletion("before")],
    ["after D1 did, with its answer", () => failDeletion("after")],
    ["since R2 is away", failBucket],
  ])("%s, leaves nothing once it is asked again", async (_, fail) => {
    const who = await somebody("wait");
    const mend = fail();
    const response = await post("/api/admin/erase", { email: who.email }, ADMIN).finally(mend);
    expect([response.status, (await problemOf(response)).code]).toEqual([503, "overloaded"]);
    await erase(who.email);
    await nothingIsLeft(who);
  });
});

describe("a portrait that is erased", () => {
  it.each([
    ["before it was found", false, 404],
    ["and has been found", true, 200],
  ])("while it is read from R2 to be shown, %s: nothing of it is left", async (_, after, status) => {
    const who = await somebody("wait");
    const reading = holdUp(bucket, "get", { only: isSize, after });
    const shown = call(`${who.path}?width=128`);
    await reading.begun();
    const forgotten = vi.spyOn(cache, "delete");
    await erase(who.email);
    forgotten.mockClear();
    reading.release();
    const response = await shown;
    expect(response.status).toBe(status);
    await response.body?.cancel();
    if (after) await expect.poll(() => forgotten.mock.calls.length).toBe(1); // what it had just put there
    await nothingIsLeft(who);
  });

  it("while it is put into the colo's cache: nothing of it is left", async () => {
    const who = await somebody("wait");
    const putting = holdUp(cache, "put", { only: isSize });
    const shown = await call(`${who.path}?width=128`);
    expect([shown.status, shown.headers.get("X-Image-Status")]).toEqual([200, "ready"]);
    await shown.body?.cancel();
    await putting.begun();
    await erase(who.email);
    putting.release();
    await putting.done();
    await nothingIsLeft(who);
  });

  it("while its sizes are made for the first time: nothing of it is left", async () => {
    const sizing = holdUp(bucket, "put", { only: isSize });
    const who = await somebody();
    await sizing.begun();
    await erase(who.email);
    sizing.release();
    await sizing.done();
    await nothingIsLeft(who);
  });

  it("while a size that was missing is made: nothing of it is left", async () => {
    const who = await somebody("wait");
    await env.IMAGES.delete(toObjectName(who.key, 128));
    await alter(who.key, { sizesDueAt: Date.now() - 1 });
    const sizing = holdUp(bucket, "put", { only: isSize });
    await cron(FIVE_MINUTES);
    await sizing.begun();
    await erase(who.email);
    sizing.release();
    await sizing.done();
    await nothingIsLeft(who);
  });
});
