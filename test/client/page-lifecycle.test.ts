// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from "vitest";
import { followPortraits, type PersonaSet, streamChat } from "../../client/src/index.ts";
import { gate, hostileService, QUESTION, textOf, watched } from "./support/read.ts";
import { answerOf } from "./support/runs.ts";

const NEVER = 1e8; // a timer of some 28 hours; much longer ones fire at once

function page(state: "hidden" | "visible") {
  const spy = vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
  return spy;
}

afterEach(() => vi.restoreAllMocks());

/** An answer of which one word has come, on a connection whose silence nobody else will notice. */
async function halfway(heartbeatMs: number) {
  const service = await hostileService();
  const more = gate();
  service.scripts = [[{ content: "Half" }, more.wait, ...answerOf([" and half"])]];
  service.faults = [{ kind: "silence", after: 33 }];
  const watch = watched(service, { heartbeatMs, reconnect: { baseMs: 1, maxMs: 1 } });
  const words = streamChat(QUESTION, watch.options);
  await words.next();
  more.open();
  return { words, ...watch };
}

describe("a page that becomes active again", () => {
  it("reconnects at once when the network returns", async () => {
    const { words, events } = await halfway(NEVER);
    const rest = textOf(words);
    window.dispatchEvent(new Event("online"));
    expect(await rest).toBe(" and half");
    expect(events[1]).toMatchObject({ type: "reconnecting", reason: "online" });
  });

  it("reconnects at once when it is looked at and its connection has been silent for more than a heartbeat", async () => {
    const { words, events } = await halfway(NEVER);
    const now = Date.now();
    const rest = textOf(words);
    vi.spyOn(Date, "now").mockReturnValue(now + NEVER + 1_000);
    page("visible");
    expect(await rest).toBe(" and half");
    expect(events[1]).toMatchObject({ reason: "visible" });
  });

  it("leaves a connection alone that has spoken within a heartbeat, and one that it turns away from", async () => {
    const { words, types } = await halfway(NEVER);
    const rest = textOf(words);
    page("hidden");
    page("visible");
    expect(types()).toEqual(["open"]);
    window.dispatchEvent(new Event("online")); // ends the test
    expect(await rest).toBe(" and half");
  });

  it("reconnects at once when it comes back from the back/forward cache, and not when it is first shown", async () => {
    const { words, events, types } = await halfway(NEVER);
    const rest = textOf(words);
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
    expect(types()).toEqual(["open"]);
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    expect(await rest).toBe(" and half");
    expect(events[1]).toMatchObject({ type: "reconnecting", reason: "restored" });
  });

  it("ends the wait between two attempts", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Here."])];
    service.faults = [{ kind: "drop-before-head" }];
    vi.spyOn(Math, "random").mockReturnValue(1);
    const { options, types } = watched(service, { reconnect: { baseMs: NEVER, maxMs: NEVER } });
    const text = textOf(streamChat(QUESTION, options));
    await expect.poll(types).toContain("reconnecting");
    page("visible");
    expect(await text).toBe("Here.");
  });

  it("while it knows that it is offline goes on for many more attempts", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Here."])];
    service.faults = Array.from({ length: 40 }, () => ({ kind: "drop-before-head" as const }));
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const { options } = watched(service, { reconnect: { baseMs: 1, maxMs: 1, attempts: 1 } });
    expect(await textOf(streamChat(QUESTION, options))).toBe("Here.");
  });
});

describe("portraits", () => {
  const setOf = (...states: string[]) =>
    ({
      setId: "set-1",
      personas: states.map((imageStatus, i) => ({ id: `p${i}`, imageStatus })),
    }) as PersonaSet;

  it("are not asked for while nobody looks, and at once when somebody does", async () => {
    const service = await hostileService();
    service.sets = [setOf("ready")];
    const state = page("hidden");
    const updates = followPortraits(setOf("pending"), { baseUrl: service.origin, intervalMs: 1 });
    const next = updates.next();
    await expect.poll(() => state.mock.calls.length).toBeGreaterThan(0);
    expect(service.requests).toEqual([]);
    page("visible");
    expect((await next).value).toEqual(setOf("ready"));
  });
});
