import type { JsonObject } from "../as-record.ts";
import { ApiFailure } from "../openai/failure.ts";
import type { ApiRoute } from "../openai/route.ts";

interface StoredFile {
  readonly shown: JsonObject & { readonly id: string };
  readonly text: string;
}

export type FileShelf = ReturnType<typeof createFileShelf>;

/** The oldest file goes when one more comes. */
const MAX_FILES = 200;

export function createFileShelf() {
  const files = new Map<string, StoredFile>();
  let made = 0;
  return {
    put(text: string, purpose: string): string {
      made += 1;
      const id = `file-standin-${made}-${Date.now().toString(36)}`;
      const created = { object: "file", created_at: Math.floor(Date.now() / 1000), status: "processed" };
      const shown = { id, bytes: Buffer.byteLength(text), filename: "batch.jsonl", purpose, ...created };
      files.set(id, { shown, text });
      const [oldest = ""] = files.keys();
      if (files.size > MAX_FILES) files.delete(oldest);
      return id;
    },
    get(id: string): StoredFile {
      const file = files.get(id);
      if (!file) throw new ApiFailure(404, `No such File object: ${id}`, { param: "id" });
      return file;
    },
    remove: (id: string) => files.delete(id),
  };
}

/** The text of one part of a `multipart/form-data` body (RFC 7578). */
function partOf(raw: string, name: string): string | undefined {
  const boundary = raw.slice(0, raw.indexOf("\r\n"));
  const part = raw.split(boundary).find((one) => one.includes(` name="${name}"`));
  const start = part?.indexOf("\r\n\r\n") ?? -1;
  return start < 0 ? undefined : part?.slice(start + 4, -2);
}

export function fileRoutes(shelf: FileShelf): ApiRoute[] {
  return [
    {
      method: "POST",
      path: /^\/files$/,
      answer({ exchange, raw }) {
        const [text, purpose] = [partOf(raw, "file"), partOf(raw, "purpose")];
        if (text === undefined) throw new ApiFailure(400, "Missing required parameter: 'file'.");
        if (purpose !== "batch") throw new ApiFailure(400, "The stand-in takes files for batches alone.");
        exchange.json(200, shelf.get(shelf.put(text, purpose)).shown);
      },
    },
    {
      method: "GET",
      path: /^\/files\/([^/]+)\/content$/,
      answer({ exchange, id }) {
        const { text } = shelf.get(id);
        exchange.begin(200, { "content-type": "application/octet-stream" });
        exchange.res.end(text);
      },
    },
    {
      method: "DELETE",
      path: /^\/files\/([^/]+)$/,
      answer({ exchange, id }) {
        shelf.get(id);
        shelf.remove(id);
        exchange.json(200, { id, object: "file", deleted: true });
      },
    },
  ];
}
