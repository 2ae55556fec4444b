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
export function playStream(exchange: Exchange, plan: StreamPlan): void {
  exchange.begin(200, HEADERS);
  if (plan.head !== "") exchange.res.write(plan.head);
  const startedAt = performance.now() + plan.rhythm.firstAfterMs;
  const mostChars = plan.oneWriteEach ? 1 : BURST_WRITE_CHARS;
  let next = 0;

  function dueAt(index: number): number {
    return startedAt + index * plan.rhythm.intervalMs + plan.rhythm.strayMs(index);
  }

  function gatherDue(): string {
    const horizon = performance.now() + EARLY_MS;
    let text = "";
    while (next < plan.chunks.length && text.length < mostChars && dueAt(next) <= horizon) {
      text += plan.chunks[next++];
    }
    return text;
  }

  function advance(): void {
    if (exchange.res.destroyed) return;
    const text = gatherDue();
    const drained = text === "" || exchange.res.write(text);
    if (next >= plan.chunks.length) finish(exchange, plan);
    else if (!drained) exchange.res.once("drain", advance);
    else if (dueAt(next) <= performance.now()) setImmediate(advance);
    else exchange.later(dueAt(next) - performance.now(), advance);
  }

  if (plan.rhythm.firstAfterMs > 0) exchange.later(plan.rhythm.firstAfterMs, advance);
  else advance();
}

function finish({ res, drop }: Exchange, { tail, ending }: StreamPlan): void {
  if (ending === "end") res.end(tail);
  else if (ending === "drop") drop();
}
