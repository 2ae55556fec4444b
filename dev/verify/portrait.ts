import { setTimeout as pause } from "node:timers/promises";
import { expect, type Service } from "./service.ts";
import type { Check } from "./session.ts";

const POLL_MS = 1_000;
/** One call to the model, and one more after a failure. */
const WAIT_MS = 300_000;

async function readyPortrait(service: Service, url: string): Promise<Response> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const response = await service.ask(url);
    const state = response.headers.get("X-Image-Status");
    expect(response.status === 200, `its URL answers ${response.status}`);
    if (state === "ready") return response;
    const text = await response.text();
    expect(state === "pending", `its state is ${state}`);
    expect(text.includes("<svg"), "its placeholder is no SVG");
    expect(response.headers.get("Cache-Control") === "no-store", "its placeholder may be cached");
    expect(performance.now() < deadline, `it was not ready after ${WAIT_MS / 1_000} s`);
    await pause(POLL_MS);
  }
}

async function checkSizes(service: Service, url: string, widths: readonly number[]): Promise<void> {
  for (const width of widths) {
    const response = await service.ask(`${url}?width=${width}`);
    await response.body?.cancel();
    const type = response.headers.get("Content-Type");
    expect(
      response.status === 200 && type === "image/webp",
      `at width ${width} it answers ${response.status} ${type}`,
    );
  }
}

const arrives: Check = {
  name: "a portrait arrives, in its sizes",
  async run({ service, madeSet }) {
    const { persona, imageWidths } = await madeSet();
    const url = String(persona.imageUrl);
    const response = await readyPortrait(service, url);
    const { byteLength } = await response.arrayBuffer();
    const type = response.headers.get("Content-Type") ?? "";
    expect(/^image\/(webp|png|jpeg)$/.test(type), `it is ${type}`);
    expect(/immutable/.test(response.headers.get("Cache-Control") ?? ""), "it may not be cached for ever");
    await checkSizes(service, url, imageWidths);
    return `${byteLength} bytes, ${imageWidths.length} sizes`;
  },
};

const partly: Check = {
  name: "a portrait answers 304 and ranges",
  async run({ service, madeSet }) {
    const url = String((await madeSet()).persona.imageUrl);
    const response = await readyPortrait(service, url);
    const whole = new Uint8Array(await response.arrayBuffer());
    const headers = { "If-None-Match": response.headers.get("ETag") ?? "" };
    const same = await service.ask(url, { headers });
    await same.body?.cancel();
    expect(same.status === 304, `with its ETag it answers ${same.status}`);
    const part = await service.ask(url, { headers: { Range: "bytes=2-9" } });
    const bytes = new Uint8Array(await part.arrayBuffer());
    expect(part.status === 206, `to a Range it answers ${part.status}`);
    const wanted = whole.slice(2, 10);
    expect(Buffer.compare(bytes, wanted) === 0, "the range holds other bytes");
    return "304, 206";
  },
};

export const portraitChecks: readonly Check[] = [arrives, partly];
