import { setTimeout as pause } from "node:timers/promises";
import { type Answer, expect, type Service } from "./service.ts";
import type { Checks } from "./session.ts";

const POLL_MS = 1_000;
/** One call to the model, and one more after a failure. */
const WAIT_MS = 300_000;

async function readyPortrait(service: Service, url: string): Promise<Answer> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const answer = await service.ask(url);
    const { status, header, body } = answer;
    const state = header("X-Image-Status");
    expect(status === 200, `its URL answers ${status}`);
    if (state === "ready") return answer;
    expect(state === "pending", `its state is ${state}`);
    expect(body.includes("<svg"), "its placeholder is no SVG");
    expect(header("Cache-Control") === "no-store", "its placeholder may be cached");
    expect(performance.now() < deadline, `it was not ready after ${WAIT_MS / 1_000} s`);
    await pause(POLL_MS);
  }
}

export const portraitChecks: Checks = {
  async "a portrait arrives, in its sizes"({ service, madeSet }) {
    const { persona, imageWidths } = await madeSet();
    const url = String(persona.imageUrl);
    const { header, body } = await readyPortrait(service, url);
    const type = header("Content-Type") ?? "";
    expect(/^image\/(webp|png|jpeg)$/.test(type), `it is ${type}`);
    expect(/immutable/.test(header("Cache-Control") ?? ""), "it may not be cached for ever");
    for (const width of imageWidths) {
      const { status, header } = await service.ask(`${url}?width=${width}`);
      const said = `${status} ${header("Content-Type")}`;
      expect(said === "200 image/webp", `at width ${width} it answers ${said}`);
    }
    return `${body.length} bytes, ${imageWidths.length} sizes`;
  },

  async "a portrait answers 304 and ranges"({ service, madeSet }) {
    const url = String((await madeSet()).persona.imageUrl);
    const { header, body } = await readyPortrait(service, url);
    const same = await service.ask(url, { headers: { "If-None-Match": header("ETag") ?? "" } });
    expect(same.status === 304, `with its ETag it answers ${same.status}`);
    const part = await service.ask(url, { headers: { Range: "bytes=2-9" } });
    expect(part.status === 206, `to a Range it answers ${part.status}`);
    expect(part.body.equals(body.subarray(2, 10)), "the range holds other bytes");
    return "304, 206";
  },
};
