import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { splitLines } from "../../src/batch/lines.ts";
import { type Batches, createBatches } from "../../src/openai/batches.ts";
import { createUpstream } from "../../src/openai/upstream.ts";

const TIMEOUTS = { call: 200, file: 400 };

let server: Server;
let batches: Batches;

/** Never ends what it begins. */
function hold(path: string, response: ServerResponse): void {
  if (!path.includes("trickling")) return;
  const timer = setInterval(() => response.write("x"), 20);
  response.once("close", () => clearInterval(timer));
  response.writeHead(200).write('{"custom_id": "one"}\n{"custom_id": "tw');
}

beforeAll(async () => {
  server = createServer(({ url = "" }, response) => hold(url, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  batches = createBatches(createUpstream({ apiKey: "k", baseUrl, headers: {}, now: Date.now }), TIMEOUTS);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each([
  ["the upload", () => batches.upload("{}\n")],
  ["the creation", () => batches.create("file", "chat", "ours")],
  ["the look at a batch", () => batches.read("batch")],
  ["a file's head", () => batches.open("silent")],
] as const)("%s, where the upstream holds it, ends with an error", async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: "upstream_error" });
});

it("a file of results that never ends breaks off after the lines that have come", async () => {
  let lines = 0;
  const read = async () => {
    for await (const pieces of splitLines(await batches.open("trickling"))) {
      const decoder = new TextDecoder();
      let text = "";
      for await (const piece of pieces) text += decoder.decode(piece);
      expect(JSON.parse(text)).toEqual({ custom_id: "one" });
      lines += 1;
    }
  };
  await expect(read()).rejects.toThrow();
  expect(lines).toBe(1);
});
