import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readImageAnswer } from "../../src/portraits/generation/answer.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function pictureOf(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = PNG[index] ?? (index * 31) % 256;
  return bytes;
}

/** An answer that arrives in these pieces. */
function answer(text: string, cuts: readonly number[], headers = {}): Response {
  const bytes = new TextEncoder().encode(text);
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  const chunks = places.slice(1).map((end, index) => bytes.slice(places[index], end));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Response(body, { headers });
}

const USAGE = { input_tokens: 5, output_tokens: 6 };
const json = (bytes: Uint8Array, more: object = {}) =>
  JSON.stringify({ created: 1, data: [{ b64_json: bytes.toBase64(), ...more }], usage: USAGE });

describe("a portrait in an answer", () => {
  it("is read byte for byte, wherever the answer is cut, with slashes escaped or not", async () => {
    const cuts = fc.array(fc.nat(20_000), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: 4_000 }), cuts, fc.boolean(), async (size, at, escaped) => {
        const bytes = pictureOf(size);
        const plain = json(bytes, { revised_prompt: 'a "b64_json":"x" – ü 🙂' });
        const text = escaped ? plain.replaceAll("/", "\\/") : plain;
        const { portrait, usage } = await readImageAnswer(answer(text, at));
        expect(portrait).toEqual({ contentType: "image/png", bytes });
        expect(usage).toEqual(USAGE);
      }),
      { numRuns: 200 },
    );
  });

  it("is read in any order of members, with white space, and one byte at a time", async () => {
    const bytes = pictureOf(100);
    const text = JSON.stringify(
      { usage: USAGE, data: [{ revised_prompt: "p", b64_json: bytes.toBase64() }] },
      null,
      3,
    );
    const { portrait, usage } = await readImageAnswer(
      answer(
        text,
        Array.from({ length: text.length }, (_, i) => i),
      ),
    );
    expect(portrait).toMatchObject({ bytes });
    expect(usage).toEqual(USAGE);
  });

  it.each([
    ["a data URL", (text: string) => `data:image/webp;base64,${text}`],
    ["a data URL with parameters, in capitals", (text: string) => `DATA:image/png;charset=x;BASE64,${text}`],
    ["lines of 76 characters", (text: string) => text.replace(/.{76}/g, "$&\\r\\n")],
    ["lines that are no JSON", (text: string) => `\n ${text.replace(/.{64}/g, "$&\n\t")} `],
    ["the alphabet for URLs", (text: string) => text.replaceAll("+", "-").replaceAll("/", "_")],
    ["no padding", (text: string) => text.replace(/=+$/, "")],
    ["escapes", (text: string) => text.replaceAll("+", "\\u002B").replaceAll("=", "\\u003d")],
    [
      "a data URL with escapes and lines",
      (text: string) => `data:image\\/png;base64,\\n${text.replace(/.{9}/g, "$&\\n")}`,
    ],
  ])("may be %s, wherever it is cut", async (_, write) => {
    const cuts = fc.array(fc.nat(3_000), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: 900 }), cuts, async (size, at) => {
        const bytes = pictureOf(size);
        const text = json(bytes).replace(bytes.toBase64(), write(bytes.toBase64()));
        const whole = Array.from({ length: at.length > 28 ? text.length : 0 }, (_, i) => i);
        expect((await readImageAnswer(answer(text, [...at, ...whole]))).portrait).toMatchObject({ bytes });
      }),
      { numRuns: 60 },
    );
  });

  it("may stand in its URL, or be behind it", async () => {
    const bytes = pictureOf(300);
    const answered = (data: object[]) =>
      readImageAnswer(answer(JSON.stringify({ data, usage: USAGE }), [90, 120]));
    const inline = { url: `data:image/png;base64,${bytes.toBase64()}` };
    expect((await answered([{ b64_json: null, ...inline }])).portrait).toMatchObject({ bytes });
    const url = "https://images.example-cdn.com/a.png";
    expect(await answered([{ b64_json: null, url }])).toEqual({ portrait: url, usage: USAGE });
    expect((await answered([{ url, b64_json: bytes.toBase64() }])).portrait).toMatchObject({ bytes });
    expect((await answered([{ url: "", b64_json: bytes.toBase64() }])).portrait).toMatchObject({ bytes });
  });

  it.each([
    ["image/jpeg", "\xff\xd8\xff\xe0"],
    ["image/webp", "RIFF\x01\x0a\x00\x00WEBPVP8 "],
  ])("is %s by its bytes, whatever it is called", async (contentType, start) => {
    const bytes = Uint8Array.from(`${start}${"x".repeat(40)}`, (sign) => sign.charCodeAt(0));
    expect((await readImageAnswer(answer(json(bytes), []))).portrait).toMatchObject({ contentType, bytes });
  });

  it("may be 12 MiB, whatever the length says, and no more", async () => {
    const most = pictureOf(12 * 1024 * 1024);
    const cuts = Array.from({ length: 300 }, (_, index) => index * 65_536);
    for (const headers of [{}, { "Content-Length": "99" }, { "Content-Length": "x" }]) {
      const { portrait } = await readImageAnswer(answer(json(most), cuts, headers));
      expect(Object(portrait).bytes.byteLength).toBe(most.byteLength);
    }
    const tooLarge = readImageAnswer(answer(json(pictureOf(most.byteLength + 1)), cuts));
    await expect(tooLarge).rejects.toMatchObject({ code: "upstream_invalid_output" });
  });

  it("that is none, or not whole, is unusable", async () => {
    const whole = json(pictureOf(900));
    const broken = [
      "",
      "null",
      "[]",
      "{}",
      whole.slice(0, 400),
      whole.slice(0, -1),
      whole.replace("iVBO", "iV*O"),
      whole.replace('"b64_json":"', '"b64_json":null,"x":"'),
      json(new TextEncoder().encode("<svg/>")),
      `${" ".repeat(70_000)}${whole}`,
      `${whole}${" ".repeat(70_000)}`,
      whole.replace('"iVBO', `"data:${"x".repeat(300)},iVBO`),
      whole.replace('"iVBO', '"https://images.example-cdn.com/iVBO'),
      '{"data":[{"url":7}]}',
    ];
    for (const text of broken) {
      const read = readImageAnswer(answer(text || " ", [50, 300]));
      await expect(read, text.slice(0, 60)).rejects.toMatchObject({ code: "upstream_invalid_output" });
    }
  });
});
