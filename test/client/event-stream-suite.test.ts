import { describe, expect, it, onTestFinished } from "vitest";
import { openConnection } from "../../client/src/connection/connection.ts";
import { readEvents } from "../../client/src/connection/event-stream.ts";
import { bytesOf, type Payload, STREAM_CASES } from "../support/suites/event-streams.ts";

const payload: Payload = (content) => JSON.stringify({ id: 1, content });

async function textsOf(stream: string, size: number): Promise<unknown[]> {
  const connection = openConnection({ signal: new AbortController().signal });
  onTestFinished(() => connection.close());
  const texts: unknown[] = [];
  for await (const events of readEvents(bytesOf(stream, size), connection))
    texts.push(...events.map(({ content }) => content));
  return texts;
}

describe("the client's reader of event streams", () => {
  it.each(STREAM_CASES)("reads $name, in one piece and byte by byte", async ({ stream, texts }) => {
    for (const size of [10_000, 1]) expect(await textsOf(stream(payload), size)).toEqual(texts);
  });

  it("takes one byte order mark off, and a second for part of a name", async () => {
    const stream = `\uFEFF\uFEFFdata: ${payload("A")}\n\ndata: ${payload("B")}\n\n`;
    for (const size of [10_000, 1]) expect(await textsOf(stream, size)).toEqual(["B"]);
  });
});
