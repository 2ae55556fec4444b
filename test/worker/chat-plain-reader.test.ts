import { describe, expect, it } from "vitest";
import { ask, chatStream, newQuestion, resume, streamIdOf } from "../support/chat.ts";
import { script } from "../support/upstream.ts";

/** The smallest reader that people write: it splits on blank lines and takes what begins with `data:`. */
async function readPlainly(response: Response, setStreamingText: (set: (prev: string) => string) => void) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder("utf-8");

  let buffer = "";

  while (true) {
    const { done, value } = await reader.read();
    if (done) break;

    buffer += decoder.decode(value, { stream: true });

    const parts = buffer.split("\n\n");
    buffer = parts.pop() || "";

    for (const part of parts) {
      if (!part.startsWith("data:")) continue;
      const json = part.replace(/^data:\s*/, "");
      const payload = JSON.parse(json);

      if (payload.content) {
        setStreamingText((prev) => prev + payload.content);
      }
    }
  }
}

describe("a plain reader that splits on blank lines", () => {
  it.each([1, 3, 50])("gets the whole text, exactly, in pieces of %i", async (chunkChars) => {
    const question = newQuestion();
    const content = 'Hi 🧑‍⚕️!\n\ndata: {"content":"no"}\r\n\r\n\u0000 é漢\u2028 : keep-alive\n\n'.repeat(6);
    await script(question, [{ content, chunkChars, chunkDelayMs: 2, firstChunkAfterMs: 900 }]);
    const response = await chatStream(ask(question));
    expect(streamIdOf(response)).not.toBe("");
    let text = "";
    await readPlainly(response, (set) => {
      text = set(text);
    });
    expect(text).toBe(content.replaceAll("\0", "")); // control characters of a model go (CONTRACT §2)
    expect((await resume(streamIdOf(response), 10 ** 6)).status).toBe(204);
  });
});
