import { describe, expect, it } from "vitest";
import { resumeChat, stopChat, streamChat } from "../../client/src/index.ts";
import type { HostileService } from "./support/hostile-service.ts";
import { gate, hostileService, QUESTION, watched } from "./support/read.ts";

const stops = ({ requests }: HostileService) => requests.filter(({ method }) => method === "DELETE");

/** An answer that has said one word and then says no more. */
async function halfway(options: Parameters<typeof watched>[1] = {}) {
  const service = await hostileService();
  service.scripts = [[{ content: "Half" }, gate().wait]];
  const controller = new AbortController();
  const watch = watched(service, { signal: controller.signal, ...options });
  const words = streamChat(QUESTION, watch.options);
  await words.next();
  return { service, controller, words, ...watch };
}

describe("an abort", () => {
  it("stops the answer where it is made, by its stream, and throws its reason", async () => {
    const { service, controller, words } = await halfway();
    const next = words.next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => stops(service)).toMatchObject([{ path: "/api/chat/streams/run-1" }]);
    await expect.poll(() => service.runs[0]?.events.at(-1)).toMatchObject({ finishReason: "stopped" });
  });

  it("stops it by its key while the stream is not known yet", async () => {
    const service = await hostileService();
    service.faults = [{ kind: "silence-before-head" }];
    const controller = new AbortController();
    const { options } = watched(service, { signal: controller.signal, heartbeatMs: 10_000 });
    const next = streamChat(QUESTION, options).next();
    await expect.poll(() => service.requests).toHaveLength(1);
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    await expect.poll(() => stops(service)).toMatchObject([{ path: "/api/chat/streams" }]);
    const [send, stop] = service.requests;
    expect(stop?.headers["idempotency-key"]).toBe(send?.headers["idempotency-key"]);
  });

  it("that came before anything was sent sends nothing", async () => {
    const service = await hostileService();
    const { options } = watched(service, { signal: AbortSignal.abort() });
    await expect(streamChat(QUESTION, options).next()).rejects.toMatchObject({ name: "AbortError" });
    expect(service.requests).toEqual([]);
  });

  it("ends a wait between two attempts", async () => {
    const service = await hostileService();
    service.faults = [{ kind: "drop-before-head" }];
    const controller = new AbortController();
    const reconnect = { baseMs: 1e9, maxMs: 1e9 };
    const { options, types } = watched(service, { signal: controller.signal, reconnect });
    const next = streamChat(QUESTION, options).next();
    await expect.poll(types).toContain("reconnecting");
    controller.abort();
    await expect(next).rejects.toMatchObject({ name: "AbortError" });
  });

  it("ends a fallback, and stops that", async () => {
    const service = await hostileService();
    service.scripts = [[gate().wait]];
    service.faults = [{ kind: "answer", status: 200, body: "<html>" }];
    const controller = new AbortController();
    const { options } = watched(service, { signal: controller.signal });
    const next = streamChat(QUESTION, options).next();
    await expect.poll(() => service.requests).toHaveLength(2);
    controller.abort();
    await expect(next).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => service.runs[0]?.ended).toBe(true);
  });

  it("is sent again where the network drops it", async () => {
    const { service, controller, words } = await halfway();
    service.stopFaults = [{ kind: "drop-before-head" }, { kind: "drop-before-head" }];
    controller.abort();
    await expect(words.next()).rejects.toThrow();
    await expect.poll(() => service.runs[0]?.ended).toBe(true);
    expect(stops(service)).toHaveLength(3);
  });

  it("after the last word stops nothing", async () => {
    const { service, controller, words } = await halfway();
    service.runs[0]?.add({ done: true, finishReason: "stop", usage: {} });
    expect(await words.next()).toEqual({ done: true, value: undefined });
    controller.abort();
    await stopChat({ streamId: "no-such" }, { baseUrl: service.origin }); // so that an earlier one would be there
    expect(stops(service)).toMatchObject([{ path: "/api/chat/streams/no-such" }]);
  });
});

describe("leaving the loop", () => {
  it("stops the answer", async () => {
    const { service, words } = await halfway();
    for await (const _ of {
      [Symbol.asyncIterator]: () => ({ ...words, next: async () => ({ done: false as const, value: "x" }) }),
    })
      break;
    await expect.poll(() => stops(service)).toHaveLength(1);
  });

  it("stops it at once, also while the next word is awaited", async () => {
    const { service, words } = await halfway();
    const next = words.next().catch((error: unknown) => error);
    expect(await words.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toMatchObject({ name: "AbortError" });
    await expect.poll(() => stops(service)).toHaveLength(1);
  });

  it("lets it go on where that was asked for, so that another page finds it", async () => {
    const { service, words, options } = await halfway({ keepRunning: true });
    await words.return?.();
    service.runs[0]?.add({ content: " and half" });
    service.runs[0]?.add({ done: true, finishReason: "stop", usage: {} });
    let text = "";
    for await (const word of resumeChat("run-1", options)) text += word;
    expect(text).toBe("Half and half");
    expect(stops(service)).toEqual([]);
  });
});

describe("a connection that is lost", () => {
  it("never stops anything, however often it is lost", async () => {
    const service = await hostileService();
    service.scripts = [[{ content: "Half" }, gate().wait]];
    service.faults = [
      { kind: "cut", after: 33 },
      ...Array.from({ length: 9 }, () => ({ kind: "drop-before-head" as const })),
    ];
    const words = streamChat(QUESTION, watched(service).options);
    await words.next();
    await expect(words.next()).rejects.toMatchObject({ code: "network" });
    expect(stops(service)).toEqual([]);
  });
});
