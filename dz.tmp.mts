import { readCompletion } from "./src/openai/token-stream.ts";
import { createCoalescer } from "./src/chat/coalescer.ts";
import { createEventLog } from "./src/runs/event-log.ts";
import { createSseReader } from "./src/runs/sse-reader.ts";
import { createEventWriter } from "./src/runs/runner/event-writer.ts";
import { createParser } from "eventsource-parser";
(globalThis as any).IdentityTransformStream = class { readable; writable; constructor() { let c: any; this.readable = new ReadableStream({ start(k) { c = k; } }); this.writable = { getWriter: () => ({ write: () => Promise.resolve(), close: () => Promise.resolve(), abort: () => Promise.resolve() }) }; } };
const enc = new TextEncoder();
const chunk = enc.encode(`data: ${JSON.stringify({ id: "chatcmpl-123456789", object: "chat.completion.chunk", created: 1795746050, model: "gpt-6-luna", service_tier: "default", system_fingerprint: null, choices: [{ index: 0, delta: { content: "word" }, logprobs: null, finish_reason: null }], usage: null })}\n\n`);
const end = enc.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`);
const N = 20000;
const body = () => { let i = 0; return { getReader: () => ({ read: async () => ({ value: i++ < N ? chunk : end, done: false }), cancel: async () => {} }) } as any; };
async function ours() {
  const log = createEventLog(); const writer = createEventWriter(log, () => {}); let now = 0;
  createSseReader(log, { after: 0, idLines: false, heartbeatMs: 15000 } as any);
  const co = createCoalescer((content) => { writer.enqueue(log.append({ content })); }, () => (now += 50));
  await readCompletion(body(), { idleMs: 30000, signal: new AbortController().signal, onText: (t) => co.add(t) });
  writer.flush(); log.close();
}
async function least() {
  let unwritten: any[] = []; let id = 0; let out = ""; const decoder = new TextDecoder();
  const parser = createParser({ onEvent: ({ data }) => { if (data === "[DONE]") return; const content = (JSON.parse(data) as any).choices?.[0]?.delta?.content; if (!content) return; const event = { id: ++id, content }; if (unwritten.push(event) === 5) { JSON.stringify(unwritten); unwritten = []; } out += `data: ${JSON.stringify(event)}\n\n`; } });
  const r = body().getReader();
  for (let i = 0; i <= N; i++) { const { value } = await r.read(); parser.feed(decoder.decode(value, { stream: true })); if (out === "") continue; const piece = enc.encode(out); out = ""; await Promise.resolve(piece); }
}
for (const [name, f] of [["ours", ours], ["least", least], ["ours", ours], ["least", least], ["ours", ours], ["least", least]] as const) { const a = process.cpuUsage(); await f(); const b = process.cpuUsage(a); console.log(name, ((b.user + b.system) / N).toFixed(2), "µs a token"); }
process.exit(0);
