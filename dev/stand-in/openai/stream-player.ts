import { setImmediate as turn } from "node:timers/promises";
import type { Exchange } from "../exchange.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** In a burst, tokens travel together as they do over a busy connection; one write each costs ten times as much. */
const BURST_WRITE_CHARS = 16 * 1024;
/** Timers count whole milliseconds: what is due this soon is sent now rather than late. */
const EARLY_MS = 0.5;

const HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };

/**
 * Writes a plan. Each delta has its own absolute time, so that a late timer delays one delta and not all that
 * follow; what is overdue goes in one write. A reader that does not read stops the writing until it does.
 */
export async function playStream(exchange: Exchange, plan: StreamPlan): Promise<void> {
  const { res, wait } = exchange;
  const { chunks, rhythm } = plan;
  exchange.begin(200, HEADERS);
  if (plan.head !== "") res.write(plan.head);
  const startedAt = performance.now() + rhythm.firstAfterMs;
  const mostChars = plan.oneWriteEach ? 1 : BURST_WRITE_CHARS;
  let next = 0;

  const dueInMs = () => startedAt + next * rhythm.intervalMs + rhythm.strayMs(next) - performance.now();
  function gatherDue(): string {
    let text = "";
    while (next < chunks.length && text.length < mostChars && dueInMs() <= EARLY_MS) text += chunks[next++];
    return text;
  }

  while (next < chunks.length && (await wait(dueInMs()))) {
    if (!res.write(gatherDue())) await new Promise((resolve) => res.once("drain", resolve));
    else if (dueInMs() <= 0) await turn();
  }
  if (!(await wait(0))) return;
  if (plan.ending === "end") res.end(plan.tail);
  else if (plan.ending === "drop") exchange.drop();
}
