import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type StreamChatOptions, streamChat } from "../../client/src/index.ts";
import { problemFault } from "./support/hostile-service.ts";
import { gate, hostileService, QUESTION, textOf, WATCHFUL, watched } from "./support/read.ts";
import { answerOf, USAGE } from "./support/runs.ts";
import type { Fault } from "./support/wire-faults.ts";

const PIECES = ["Premiums ", "are monthly. ", "Deductibles are not."];
const WHOLE = PIECES.join("");
const HTML = { kind: "answer", status: 200, body: "<html>" } as const;

/** The answer that comes where the first streams meet these faults. */
async function through(faults: Fault[], jsonFaults: Fault[] = [], options: StreamChatOptions = WATCHFUL) {
  const service = await hostileService();
  service.scripts = [answerOf(PIECES)];
  Object.assign(service, { faults, jsonFaults });
  const watch = watched(service, options);
  const text = await textOf(streamChat(QUESTION, watch.options));
  return { service, ...watch, text };
}

/** What every fallback has in common: one run, under one key, in the end as JSON. */
function expectOneRun({ service, text, types }: Awaited<ReturnType<typeof through>>) {
  expect(text).toBe(WHOLE);
  expect(types()).toContain("fallback");
  expect(types().at(-1)).toBe("done");
  expect(service.runs).toHaveLength(1);
  const sends = service.requests.filter(({ method }) => method === "POST");
  expect(new Set(sends.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  expect(sends.at(-1)?.path).toBe("/api/chat");
}

describe("where no stream gets through, the whole answer comes from the same run", () => {
  it("because something holds all of it back, head and body", async () => {
    const service = await hostileService();
    const words = gate();
    service.scripts = [[words.wait, ...answerOf(PIECES)]];
    service.faults = [{ kind: "buffer" }];
    const watch = watched(service, WATCHFUL);
    const reading = textOf(streamChat(QUESTION, watch.options));
    await expect.poll(watch.types).toContain("fallback");
    words.open();
    expectOneRun({ service, ...watch, text: await reading });
    expect(watch.events.at(-1)).toEqual({
      type: "done",
      streamId: "run-1",
      finishReason: "stop",
      usage: USAGE,
    });
  });

  it("because the body never comes, though the head did", async () => {
    expectOneRun(
      await through([
        { kind: "silence", after: 0 },
        { kind: "silence", after: 0 },
      ]),
    );
  });

  it("because something answers with a page of its own", async () => {
    expectOneRun(await through([HTML]));
  });

  it("after words came, because the network that they came by is another now", async () => {
    const cut = { kind: "cut", after: 90 } as const;
    expectOneRun(await through([cut, { kind: "silence-before-head" }, { kind: "silence-before-head" }]));
  });

  it("after words came, once one silent connection could still be chance", async () => {
    const { text, types } = await through([{ kind: "cut", after: 90 }, { kind: "silence-before-head" }]);
    expect(text).toBe(WHOLE);
    expect(types()).not.toContain("fallback");
  });

  it("because a `fetch` without streams gives no body", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    const watch = watched(service, {
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        return Object.defineProperty(response, "body", { value: null });
      },
    });
    expectOneRun({ service, ...watch, text: await textOf(streamChat(QUESTION, watch.options)) });
  });

  it("without asking for a stream at all where the browser has none", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    vi.stubGlobal("ReadableStream", undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    const nodes: typeof fetch = (url, init) => {
      vi.unstubAllGlobals(); // Node's own cannot do without
      return fetch(url, init);
    };
    expect(await textOf(streamChat(QUESTION, watched(service, { fetch: nodes }).options))).toBe(WHOLE);
    expect(service.requests.map(({ path }) => path)).toEqual(["/api/chat"]);
  });
});

describe("where the streaming route cannot be reached at all, the whole answer is the last resort", () => {
  const dropped = { kind: "drop-before-head" } as const;
  const blocked = { kind: "answer", status: 403, body: "<h1>Blocked</h1>" } as const;
  const FEW = { reconnect: { baseMs: 1, maxMs: 2, attempts: 2 } };

  it("after every attempt at it was dropped", async () => {
    const used = await through([dropped, dropped, dropped], [], FEW);
    expectOneRun(used);
    expect(used.service.requests).toHaveLength(4);
  });

  it("at once where something on the way refuses it for good", async () => {
    const used = await through([blocked]);
    expectOneRun(used);
    expect(used.types()).toEqual(["fallback", "done"]);
  });

  it.each([
    ["network", dropped],
    ["bad_response", { ...blocked, status: 502 }],
  ])("tried once: then it is `%s`", async (code, fault) => {
    const service = await hostileService();
    Object.assign(service, { faults: [fault, fault, fault], jsonFaults: [fault] });
    const { options, types } = watched(service, FEW);
    await expect(textOf(streamChat(QUESTION, options))).rejects.toMatchObject({ code });
    expect(service.requests).toHaveLength(4);
    expect(types()).toEqual(["reconnecting", "reconnecting", "fallback"]);
  });

  it("but not where words came by it", async () => {
    const service = await hostileService();
    service.scripts = [[{ content: "Half" }, gate().wait]];
    service.faults = [{ kind: "cut", after: 33 }, dropped, dropped, dropped];
    const { options, types } = watched(service, FEW);
    await expect(textOf(streamChat(QUESTION, options))).rejects.toMatchObject({ code: "network" });
    expect(types()).not.toContain("fallback");
  });
});

describe("a fallback", () => {
  it("goes on through lost connections, gateways and a run that takes longer than one answer may", async () => {
    const late = problemFault(504, "still_running", { "Retry-After": "0" });
    const gateway = { kind: "answer", status: 503, body: "busy" } as const;
    const faults = [
      { kind: "drop-before-head" } as const,
      late,
      gateway,
      HTML,
      { kind: "cut", after: 9 } as const,
    ];
    expectOneRun(await through([HTML], faults));
  });

  it("throws the service's problem", async () => {
    await expect(through([HTML], [problemFault(503, "budget_exhausted")])).rejects.toMatchObject({
      code: "budget_exhausted",
    });
  });

  it("begins anew where the words that came are another run's, so that no two are mixed", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES), answerOf(["Something else."])];
    service.faults = [
      { kind: "cut", after: 90 },
      { kind: "silence-before-head" },
      { kind: "silence-before-head" },
    ];
    const stolen: typeof fetch = (url, init) => {
      const headers = new Headers(init?.headers);
      if (String(url).endsWith("/api/chat")) headers.set("Idempotency-Key", "of-another");
      return fetch(url, { ...init, headers });
    };
    const { options, shown, types } = watched(service, { ...WATCHFUL, fetch: stolen });
    expect(await shown(streamChat(QUESTION, options))).toBe("Something else.");
    expect(types().slice(-3)).toEqual(["fallback", "reset", "done"]);
  });
});
