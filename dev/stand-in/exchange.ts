import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Call, Journal } from "./journal.ts";

export type Exchange = ReturnType<typeof openExchange>;

interface Opening {
  readonly res: ServerResponse;
  readonly journal: Journal;
  readonly call: Call;
  /** A script's own, over those of any answer. */
  readonly headers: OutgoingHttpHeaders | undefined;
}

/** One call being answered. Whatever waits in it, one thing at a time, ends when the caller goes. */
export function openExchange({ res, journal, call, headers: scripted }: Opening) {
  let timer: NodeJS.Timeout | undefined;
  let wake = () => {};
  let dropped = false;

  function close() {
    clearTimeout(timer);
    wake();
    journal.end(call, dropped || res.writableFinished ? "finished" : "aborted");
  }
  if (res.destroyed) close();
  else res.on("close", close);

  /** Sends the status line and headers at once. */
  function begin(status: number, headers: OutgoingHttpHeaders): void {
    res.writeHead(status, { ...headers, ...scripted });
    res.flushHeaders();
    journal.firstByte(call);
  }

  return {
    res,
    begin,
    /** False when the caller has gone meanwhile: there is nobody left to answer. */
    async wait(ms: number): Promise<boolean> {
      if (ms > 0 && !res.destroyed)
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
      return !res.destroyed;
    },
    /** A string is sent as it is. */
    json(status: number, body: unknown): void {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      begin(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      res.end(text);
    },
    /** Destroys the connection, after what was written has left. */
    drop(): void {
      dropped = true;
      const destroy = () => res.socket?.destroy();
      if (res.headersSent) res.write("", destroy);
      else destroy();
    },
  };
}
