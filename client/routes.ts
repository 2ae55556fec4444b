import type { Feed } from "./follow.ts";
import type { Call } from "./request.ts";

export const EVENT_STREAM = "text/event-stream";
export const CHAT_STREAMS = "/api/chat/streams";

/** `id` as the last part of a path; without one, the path itself. */
export function under(path: string, id: string | undefined): string {
  return id ? `${path}/${encodeURIComponent(id)}` : path;
}

/** How a stream under `path` is taken up again. */
export function resumer(call: Call, path: string): Feed["resume"] {
  return (streamId, after, signal) =>
    call(under(path, streamId), {
      headers: { Accept: EVENT_STREAM, "Last-Event-ID": `${after}` },
      signal,
    });
}
