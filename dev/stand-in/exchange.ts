import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Call, Journal } from "./journal.ts";

/** One call being answered. Whatever waits in it ends when the caller goes. */
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
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly journal: Journal;
  readonly call: Call;
  /** A script's own, over those of any answer. */
  readonly headers: OutgoingHttpHeaders | undefined;
}

export function openExchange({ req, res, journal, call, headers: scripted }: Opening): Exchange {
  const timers = new Set<NodeJS.Timeout>();
  let gone = res.destroyed;
  let dropped = false;
  const waiting = new Set<(here: boolean) => void>();

  function close() {
    gone = true;
    for (const timer of timers) clearTimeout(timer);
    for (const resume of waiting) resume(false);
    journal.end(call, dropped || res.writableFinished ? "finished" : "aborted");
  }
  if (gone) close();
  else res.on("close", close);

  function later(ms: number, callback: () => void) {
    if (gone) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
  }

  function wait(ms: number): Promise<boolean> {
    if (gone || ms <= 0) return Promise.resolve(!gone);
    return new Promise((resolve) => {
      const resume = (here: boolean) => {
        waiting.delete(resume);
        resolve(here);
      };
      waiting.add(resume);
      later(ms, () => resume(true));
    });
  }

  function begin(status: number, headers: OutgoingHttpHeaders) {
    res.writeHead(status, { ...headers, ...scripted });
    res.flushHeaders();
    journal.firstByte(call);
  }

  return {
    res,
    wait,
    later,
    begin,
    json(status, body) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      begin(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      res.end(text);
    },
    drop() {
      dropped = true;
      if (res.headersSent) res.write("", () => req.socket.destroy());
      else req.socket.destroy();
    },
  };
}
