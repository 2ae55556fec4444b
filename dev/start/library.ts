import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod/mini";

const FIVE_MINUTES = "*/5 * * * *";
/** What takes five minutes in production. */
const TICK_MS = 1_000;
/** With the real API a batch takes up to a day, and the cron of a deployment goes on with it. */
const MAX_TICKS = 10;

const count = z.number();
const stats = z.object({ library: z.object({ total: count, ready: count }) });

/** Rings the cron until the library is made, or has to wait, and says how far it is. */
export async function makeLibrary(port: number, adminToken: string): Promise<string> {
  const origin = `http://localhost:${port}`;
  const headers = { authorization: `Bearer ${adminToken}` };
  let made = { total: 0, ready: 0 };
  for (let ticks = 0; ticks < MAX_TICKS && (ticks === 0 || made.ready < made.total); ticks += 1) {
    await fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(FIVE_MINUTES)}`);
    const response = await fetch(`${origin}/api/admin/stats?days=1`, { headers });
    made = stats.parse(await response.json()).library;
    if (made.ready < made.total) await pause(TICK_MS);
  }
  const open = made.ready < made.total ? " The next start with --library goes on." : "";
  return `The library has ${made.ready} of ${made.total} portraits.${open}`;
}
