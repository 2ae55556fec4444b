import { globSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PersonaSet } from "../../src/personas/schema.ts";
import type { BareWorker } from "../support/bare-worker.ts";
import { persona } from "../support/persona.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;
let worker: BareWorker;

beforeAll(async () => {
  service = await startService({ variables: { IMAGE_TIMEOUT_MS: "2000", IMAGE_LEASE_SECONDS: "3" } });
  worker = service.worker;
});
afterAll(() => service?.close());

/** What only the image call of this look has in its body. */
const imageOf = (look: string) => `(woman): ${look}.`;

const callsFor = (look: string) => service.calls(imageOf(look));

const BOUND = { timeout: 30_000 };

interface Made {
  readonly setId: string;
  readonly path: string;
}

/** A set of one persona with this look. */
async function portraitOf(look: string): Promise<Made> {
  const lead = `lead of ${look}`;
  await service.script(lead, [{ content: JSON.stringify({ personas: [persona(look)] }) }]);
  const response = await worker.ask("/api/personas/generate", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ leadData: { lead }, config: { count: 1 } }),
  });
  const { setId, personas } = (await response.json()) as PersonaSet;
  return { setId, path: new URL(personas[0]?.imageUrl ?? "").pathname };
}

async function statusOf(path: string): Promise<string | null> {
  const response = await worker.ask(path);
  await response.body?.cancel();
  return response.headers.get("X-Image-Status");
}

async function becomesReady(path: string): Promise<void> {
  await expect.poll(() => statusOf(path), BOUND).toBe("ready");
}

/** What the ledger says, which a set is shown with. */
async function recordedStatus(setId: string): Promise<string | undefined> {
  const response = await worker.ask(`/api/personas/${setId}`);
  return ((await response.json()) as PersonaSet).personas[0]?.imageStatus;
}

async function cron(): Promise<boolean> {
  return (await fetch(`${worker.origin}/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*`)).ok;
}

/** What a death leaves in the ledger: a lease that nobody will give back, with or without a call under way. */
function leaseOfTheDead({ path }: Made, callId: "'lost'" | "NULL"): void {
  const lease = `status = 'pending', lease_owner = 'dead', call_id = ${callId}, due_at = ${Date.now() + 500}`;
  worker.sql(`UPDATE persona_images SET ${lease} WHERE image_key = '${path.split("/").at(-1)}'`);
}

const OBJECTS = "v3/r2/miniflare-R2BucketObject/[!m]*.sqlite";

/** What R2 has of a portrait, as its emulator keeps it on the disk: the names after `portraits/<key>`. */
function stored(path: string): string[] {
  const [file] = globSync(OBJECTS, { cwd: worker.state });
  if (file === undefined) return [];
  const database = new DatabaseSync(`${worker.state}/${file}`, { readOnly: true });
  try {
    const name = path.replace("/images/", "portraits/");
    const rows = database.prepare("SELECT key FROM _mf_objects WHERE key LIKE ?").all(`${name}%`);
    return rows.map(({ key }) => String(key).slice(name.length)).sort();
  } finally {
    database.close();
  }
}

/** A picture that takes long to make sizes of: the server can be killed between two. */
async function largePicture(): Promise<string> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = { width: 1_600, height: 1_600, channels: 3, background: "black", noise } as const;
  return (await sharp({ create }).webp({ quality: 90 }).toBuffer()).toString("base64");
}

async function crash(before: () => void = () => {}): Promise<void> {
  await worker.kill();
  before();
  await worker.start();
}

describe("a server whose process group is killed with -9 while it makes a portrait", () => {
  it("that it had claimed: it is made after the restart, looked at by somebody", async () => {
    const look = "look-claimed";
    await service.script(imageOf(look), [{ status: 503, headers: { "retry-after": "900" }, body: "" }]);
    const made = await portraitOf(look);
    await expect.poll(() => callsFor(look), BOUND).toHaveLength(1);
    await crash(() => leaseOfTheDead(made, "NULL"));
    await becomesReady(made.path);
    expect(await callsFor(look)).toHaveLength(2);
  });

  it("that it had asked for: it is asked for once more, by cron", async () => {
    const look = "look-asked";
    await service.script(imageOf(look), [{ headersAfterMs: 60_000 }]);
    const { path } = await portraitOf(look);
    await expect.poll(() => callsFor(look), BOUND).toHaveLength(1);
    await crash();
    await expect.poll(async () => (await cron()) && (await callsFor(look)).length, BOUND).toBe(2);
    await becomesReady(path);
    expect(await callsFor(look)).toHaveLength(2);
  });

  it("whose answer had begun to come: it is asked for once more", async () => {
    const look = "look-answered";
    await service.script(imageOf(look), [
      { rawStream: ['{"data":[{"b64_json":"iVBORw0K', "x"], silentAfterChunks: 1 },
    ]);
    const { path } = await portraitOf(look);
    await expect.poll(async () => (await callsFor(look))[0]?.firstByteAt ?? 0, BOUND).toBeGreaterThan(0);
    await crash();
    await becomesReady(path);
    expect(await callsFor(look)).toHaveLength(2);
  });

  it("that it had stored, but not marked: it is not paid for again", async () => {
    const look = "look-stored";
    const made = await portraitOf(look);
    await becomesReady(made.path);
    await expect.poll(() => recordedStatus(made.setId), BOUND).toBe("ready");
    await crash(() => leaseOfTheDead(made, "'lost'"));
    expect(await statusOf(made.path)).toBe("ready");
    expect(await recordedStatus(made.setId)).toBe("pending");
    await expect.poll(async () => (await cron()) && (await recordedStatus(made.setId)), BOUND).toBe("ready");
    expect(await callsFor(look)).toHaveLength(1);
  });

  it("after the original, after each size, before the row: all sizes are there in the end, paid for once", async () => {
    const look = "look-at-each-step";
    await service.script(imageOf(look), [{ imageBase64: await largePicture() }]);
    const { setId, path } = await portraitOf(look);
    const workGoesOn = { ...BOUND, interval: 10 };
    for (const count of [1, 2, 3, 4]) {
      const storedSoFar = async () => (await cron()) && stored(path).length;
      await expect.poll(storedSoFar, workGoesOn).toBeGreaterThanOrEqual(count);
      await crash();
    }
    await expect.poll(async () => (await cron()) && (await recordedStatus(setId)), BOUND).toBe("ready");
    expect(stored(path)).toEqual(["", "/128", "/256", "/512"]);
    expect(await callsFor(look)).toHaveLength(1);
  });

  it("that it had marked: it is there", async () => {
    const look = "look-marked";
    const { path } = await portraitOf(look);
    await becomesReady(path);
    await crash();
    expect(await statusOf(path)).toBe("ready");
    expect(await callsFor(look)).toHaveLength(1);
  });
});
