import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Call, Journal } from "./journal.ts";

/** One call being answered. Whatever waits in it, one thing at a time, ends when the caller goes. */
export interface Exchange {
  readonly res: ServerResponse;
  /** False when the caller has gone meanwhile: there is nobody left to answer. */
  wait(ms: number): Promise<boolean>;
  /** Calls back after `ms`, but never once the caller has gone. */
  later(ms: number, callback: () => void): void;
  /** Sends the status line and headers at once. */
  begin(status: number, headers: OutgoingHttpHeaders): void;
  /** A string is sent as it is. */
  json(status: number, body: unknown): void;
  /** Destroys the connection, after what was written has left. */
  drop(): void;
}

interface Opening {
  readonly res: ServerResponse;
  readonly journal: Journal;
  readonly call: Call;
  /** A script's own, over those of any answer. */
  readonly headers: OutgoingHttpHeaders | undefined;
}

export function openExchange({ res, journal, call, headers: scripted }: Opening): Exchange {
  const gone = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let dropped = false;

  function close() {
    gone.abort();
    clearTimeout(timer);
    journal.end(call, dropped || res.writableFinished ? "finished" : "aborted");
  }
  if (res.destroyed) close();
  else res.on("close", close);

  function begin(status: number, headers: OutgoingHttpHeaders) {
    res.writeHead(status, { ...headers, ...scripted });
    res.flushHeaders();
    journal.firstByte(call);
  }

  return {
    res,
    begin,
    async wait(ms) {
      const { signal } = gone;
      if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
      return !signal.aborted;
    },
    later(ms, callback) {
      if (!gone.signal.aborted) timer = setTimeout(callback, ms);
    },
    json(status, body) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      begin(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      res.end(text);
    },
    drop() {
      dropped = true;
      const destroy = () => res.socket?.destroy();
      if (res.headersSent) res.write("", destroy);
      else destroy();
    },
  };
}
