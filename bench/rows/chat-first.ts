import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { firstEvents, type Target } from "../load/streams.ts";
import { median } from "../statistics.ts";

export const CHAT_PATH = "/api/chat/stream";

const ROUNDS = 6;
const REQUESTS = 25;
const TIME = (ms: number) => `${ms.toFixed(1)} ms`;

/** Time to the first event, with nothing else going on, over a Worker that passes the upstream's bytes on. */
export async function chatFirst(bench: Bench): Promise<Figure[]> {
  const ours: Target = { served: await bench.serviceInMemory(), path: CHAT_PATH };
  const bare: Target = { served: await bench.bare("pass-through"), path: "/" };
  const sdk: Target = { served: await bench.bare("sdk-loop"), path: "/" };
  const taken = new Map<Target, number[]>([ours, bare, sdk].map((target) => [target, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [target, times] of taken) {
      const found = await firstEvents(target, bench.upstream, REQUESTS);
      if (round > 0) times.push(...found); // the first warms up
    }
  }
  const of = (target: Target) => median(taken.get(target) ?? []);
  const more = (than: Target) => ({
    ours: TIME(of(ours)),
    bare: TIME(of(than)),
    number: of(ours) - of(than),
  });
  return [
    {
      what: "chat: first event, ms more than a bare pass-through",
      ...more(bare),
      hold: { atMost: 5 },
    },
    { what: "chat: first event, ms more than a loop over the SDK's stream", ...more(sdk) },
  ];
}
