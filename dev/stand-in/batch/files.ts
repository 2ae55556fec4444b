import { ApiFailure } from "../openai/failure.ts";
import type { ApiCall, ApiRoute } from "../openai/route.ts";

export type FileShelf = ReturnType<typeof createFileShelf>;

/** The oldest file goes when one more comes. */
const MAX_FILES = 200;

/** The text of one part of a `multipart/form-data` body (RFC 7578). */
function partOf(raw: string, name: string): string | undefined {
  const boundary = raw.slice(0, raw.indexOf("\r\n"));
  const part = raw.split(boundary).find((one) => one.includes(` name="${name}"`));
  const start = part?.indexOf("\r\n\r\n") ?? -1;
  return start < 0 ? undefined : part?.slice(start + 4, -2);
}

export function createFileShelf() {
  const files = new Map<string, string>();
  let made = 0;

  function textOf(id: string): string {
    const text = files.get(id);
    if (text === undefined) throw new ApiFailure(404, `No such File object: ${id}`, { param: "id" });
    return text;
  }

  /** Gives the file as the API shows it. */
  function put(text: string, purpose: string) {
    made += 1;
    const id = `file-standin-${made}-${Date.now().toString(36)}`;
    files.set(id, text);
    const [oldest = ""] = files.keys();
    if (files.size > MAX_FILES) files.delete(oldest);
    const created = { object: "file", created_at: Math.floor(Date.now() / 1000), status: "processed" };
    return { id, bytes: Buffer.byteLength(text), filename: "batch.jsonl", purpose, ...created };
  }

  function upload({ exchange, raw }: ApiCall): void {
    const [text, purpose] = [partOf(raw, "file"), partOf(raw, "purpose")];
    if (text === undefined) throw new ApiFailure(400, "Missing required parameter: 'file'.");
    if (purpose !== "batch") throw new ApiFailure(400, "The stand-in takes files for batches alone.");
    exchange.json(200, put(text, purpose));
  }

  function download({ exchange, id }: ApiCall): void {
    const text = textOf(id);
    exchange.begin(200, { "content-type": "application/octet-stream" });
    exchange.res.end(text);
  }

  function remove({ exchange, id }: ApiCall): void {
    textOf(id);
    files.delete(id);
    exchange.json(200, { id, object: "file", deleted: true });
  }

  const routes: ApiRoute[] = [
    { method: "POST", path: /^\/files$/, answer: upload },
    { method: "GET", path: /^\/files\/([^/]+)\/content$/, answer: download },
    { method: "DELETE", path: /^\/files\/([^/]+)$/, answer: remove },
  ];
  const linesOf = (id: string) => textOf(id).split("\n").filter(Boolean);
  return { put, linesOf, routes };
}
