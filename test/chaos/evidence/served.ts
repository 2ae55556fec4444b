import { setTimeout as delay } from "node:timers/promises";
import { LOOK, portraitOf } from "../upstream/marks.ts";
import type { Served } from "./evidence.ts";
import type { State } from "./state.ts";

/** `IMAGE_WIDTHS`, as it stands by itself. */
const WIDTHS = [128, 256, 512];
// A size that is missing is made once somebody has looked.
const MAX_TRIES = 15;
const BETWEEN_MS = 1_000;
const AT_ONCE = 8;

async function wrongOriginal(url: string, look: string): Promise<string | undefined> {
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  const status = response.headers.get("X-Image-Status");
  if (response.status !== 200 || status !== "ready") return `${response.status}, ${status}`;
  return bytes.equals(await portraitOf(look)) ? undefined : "another portrait";
}

async function wrongSize(url: string): Promise<string | undefined> {
  let said = "";
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get("Content-Type");
    if (response.status === 200 && type === "image/webp" && bytes.subarray(8, 12).toString() === "WEBP")
      return undefined;
    said = `${response.status}, ${type}, ${response.headers.get("X-Image-Status")}`;
    await delay(BETWEEN_MS);
  }
  return said;
}

/** Portraits of stored sets that nobody will ever make. */
function unrecorded(state: State): Served[] {
  const personas = state.d1(`SELECT persona.value ->> 'name' AS look
    FROM persona_cache, json_each(personas_json) AS persona
    LEFT JOIN persona_images ON image_key = persona.value ->> 'imageKey' WHERE image_key IS NULL`);
  return personas.map(({ look }) => ({ look: String(look), size: "original", wrong: "is not recorded" }));
}

/** Asks for every portrait that is recorded as ready, at each of its sizes. */
export async function serveAll(state: State, origin: string): Promise<Served[]> {
  const rows = state.d1("SELECT image_key AS key, prompt FROM persona_images WHERE status = 'ready'");
  const served = unrecorded(state);
  async function one({ key, prompt }: (typeof rows)[number]): Promise<void> {
    const look = LOOK.exec(String(prompt))?.[0] ?? "";
    const url = `${origin}/images/${key}`;
    served.push({ look, size: "original", wrong: await wrongOriginal(url, look) });
    for (const width of WIDTHS) {
      served.push({ look, size: `${width} pixels`, wrong: await wrongSize(`${url}?width=${width}`) });
    }
  }
  const left = [...rows];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let row = left.shift(); row; row = left.shift()) await one(row);
    }),
  );
  return served;
}
