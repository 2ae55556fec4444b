import { EVENT_STREAM } from "./event-stream.ts";
import type { Call } from "./request.ts";

export const CHAT_STREAMS = "/api/chat/streams";

/** `id` as the last part of a path; without one, the path itself. */
export function under(path: string, id: string | undefined): string {
  return id ? `${path}/${encodeURIComponent(id)}` : path;
}

/** Asks for the rest of a stream under `path`. */
export function createResume(call: Call, path: string) {
  return (streamId: string, lastEventId: number, signal: AbortSignal): Promise<Response> =>
    call(under(path, streamId), {
      headers: { Accept: EVENT_STREAM, "Last-Event-ID": `${lastEventId}` },
      signal,
    });
}
