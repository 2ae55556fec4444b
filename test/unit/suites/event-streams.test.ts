import { describe, expect, it } from "vitest";
import { readCompletion } from "../../../src/openai/token-stream.ts";
import { bytesOf, type Payload, STREAM_CASES } from "../../support/suites/event-streams.ts";

const payload: Payload = (content) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });

/** What is said of a stream that comes in pieces of so many bytes; what is cut off at its end is said of nobody. */
async function textsOf(stream: string, size: number): Promise<string[]> {
  const texts: string[] = [];
  await readCompletion(bytesOf(stream, size), {
    onText: (text) => texts.push(...text),
    idleMs: 60_000,
    signal: new AbortController().signal,
  }).catch((error: { code?: string }) => {
    if (error.code !== "upstream_incomplete") throw error;
  });
  return texts;
}

describe("the reader of the upstream's event streams", () => {
  it.each(STREAM_CASES)("reads $name, in one piece and byte by byte", async ({ stream, texts }) => {
    for (const size of [10_000, 1]) expect(await textsOf(stream(payload), size)).toEqual(texts);
  });
});
