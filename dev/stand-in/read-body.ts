import type { IncomingMessage } from "node:http";

/** Far above any body of the project's; only a runaway caller comes here. */
const MAX_BYTES = 16 * 1024 * 1024;

export async function readBody(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new RangeError("the request's body is too large for the stand-in");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
