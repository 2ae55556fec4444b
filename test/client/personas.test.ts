import { describe, expect, it } from "vitest";
import { fetchPersonaSet, generatePersonas, type Persona } from "../../client/src/index.ts";
import { problemFault } from "./support/hostile-service.ts";
import { gate, hostileService, QUICK, WATCHFUL } from "./support/read.ts";
import type { Step } from "./support/runs.ts";

const LEAD = { leadData: { name: "Ana", state: "Texas" } };
const personas = ["a", "b", "c"].map((id) => ({ id, name: id, imageStatus: "pending" }) as Persona);
const DONE = { done: true, setId: "set-1", fromCache: false, createdAt: "2026-11-01T00:00:00.000Z" };
const steps: Step[] = [...personas.map((persona) => ({ persona })), DONE];
const SET = { setId: "set-1", personas, fromCache: false, createdAt: DONE.createdAt };

async function service(script: Step[] = steps) {
  const started = await hostileService();
  started.scripts = [script];
  return { started, options: { ...QUICK, baseUrl: started.origin } };
}

describe("generatePersonas as JSON", () => {
  it("gives the set, and sends no key: equal inputs share their answer by themselves", async () => {
    const { started, options } = await service();
    expect(await generatePersonas(LEAD, options)).toEqual(SET);
    expect(started.requests[0]?.body).toEqual(LEAD);
    expect(started.requests[0]?.headers).toMatchObject({ accept: "application/json" });
    expect(started.requests[0]?.headers["idempotency-key"]).toBeUndefined();
    expect(started.requests[0]?.headers["cache-control"]).toBeUndefined();
  });

  it("refreshes under one key for all its tries, so that one click makes one new set", async () => {
    const { started, options } = await service();
    started.jsonFaults = [{ kind: "drop-before-head" }, { kind: "cut", after: 20 }];
    expect(await generatePersonas(LEAD, { ...options, refresh: true })).toEqual(SET);
    expect(started.requests).toHaveLength(3);
    expect(started.requests.map(({ headers }) => headers["cache-control"])).toEqual(
      Array(3).fill("no-cache"),
    );
    expect(new Set(started.requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(started.requests[0]?.headers["idempotency-key"]).toMatch(/^\d+(-\d+){3}$/);
  });

  it("waits on where the run takes longer than one answer may", async () => {
    const { started, options } = await service();
    started.jsonFaults = [problemFault(504, "still_running", { "Retry-After": "0" })];
    expect(await generatePersonas(LEAD, options)).toEqual(SET);
  });

  it("throws what is wrong with the body, field by field", async () => {
    const { started, options } = await service();
    const errors = [{ path: "/email", message: "must be an e-mail address" }];
    const body = JSON.stringify({ code: "invalid_request", detail: "It does not validate.", errors });
    started.jsonFaults = [{ kind: "answer", status: 400, body }];
    await expect(generatePersonas(LEAD, options)).rejects.toMatchObject({ code: "invalid_request", errors });
  });

  it("ends with the signal's reason, and stops nothing, since others may share the run", async () => {
    const { started, options } = await service([gate().wait]);
    const controller = new AbortController();
    const set = generatePersonas(LEAD, { ...options, signal: controller.signal });
    await expect.poll(() => started.requests).toHaveLength(1);
    controller.abort(new Error("enough"));
    await expect(set).rejects.toThrow("enough");
    expect(started.requests).toHaveLength(1);
  });
});

describe("generatePersonas with onPersona", () => {
  it("gives each persona the moment it is there, with all so far, and then the set", async () => {
    const more = gate();
    const { options } = await service([{ persona: personas[0] }, more.wait, ...steps.slice(1)]);
    const seen: [string, number][] = [];
    const set = generatePersonas(LEAD, {
      ...options,
      onPersona: ({ id }, all) => seen.push([id, all.length]),
    });
    await expect.poll(() => seen).toEqual([["a", 1]]);
    more.open();
    expect(await set).toEqual(SET);
    expect(seen).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
  });

  it("resumes the stream under its own route", async () => {
    const { started, options } = await service();
    started.faults = [{ kind: "cut", after: 120 }];
    expect(await generatePersonas(LEAD, { ...options, onPersona: () => {} })).toEqual(SET);
    expect(started.requests[1]).toMatchObject({ method: "GET", path: "/api/personas/generations/run-1" });
  });

  it("forgets personas that the model took back", async () => {
    const { options } = await service([{ persona: personas[2] }, { reset: true }, ...steps]);
    const calls: string[] = [];
    const set = await generatePersonas(LEAD, {
      ...options,
      onPersona: ({ id }, all) => calls.push(`${id}${all.length}`),
      onReset: () => calls.push("reset"),
    });
    expect(calls).toEqual(["c1", "reset", "a1", "b2", "c3"]);
    expect(set).toEqual(SET);
  });

  it("asks again where the stream is gone, since that costs nothing here", async () => {
    const { started, options } = await service();
    started.faults = [{ kind: "cut", after: 120 }, problemFault(404, "not_found")];
    const calls: string[] = [];
    const set = await generatePersonas(LEAD, {
      ...options,
      onPersona: ({ id }) => calls.push(id),
      onReset: () => calls.push("reset"),
    });
    expect(set).toEqual(SET);
    expect(calls).toEqual(["a", "reset", "a", "b", "c"]);
  });

  it("falls back to JSON, and gives only those that had not come", async () => {
    const { started, options } = await service();
    const silent = { kind: "silence-before-head" } as const;
    started.faults = [{ kind: "cut", after: 120 }, silent, silent];
    const seen: string[] = [];
    expect(
      await generatePersonas(LEAD, { ...options, ...WATCHFUL, onPersona: ({ id }) => seen.push(id) }),
    ).toEqual(SET);
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("throws the stream's error", async () => {
    const error = { code: "upstream_invalid_output", message: "Not usable.", retryable: true };
    const { options } = await service([{ persona: personas[0] }, { error }]);
    await expect(generatePersonas(LEAD, { ...options, onPersona: () => {} })).rejects.toMatchObject(error);
  });

  it("tells where the answer came from", async () => {
    const { started, options } = await service();
    const body = 'data: {"id":1,"done":true,"setId":"s","fromCache":true,"createdAt":""}\n\n';
    const headers = { "Content-Type": "text/event-stream", "Cache-Status": "asknewton-memory; hit" };
    started.faults = [{ kind: "answer", status: 200, body, headers }];
    const events: unknown[] = [];
    await generatePersonas(LEAD, { ...options, onPersona: () => {}, onEvent: (event) => events.push(event) });
    expect(events).toMatchObject([
      { type: "open", streamId: undefined, cacheStatus: "asknewton-memory; hit" },
    ]);
  });
});

describe("fetchPersonaSet", () => {
  it("gives the set", async () => {
    const { started, options } = await service();
    started.sets = [SET];
    expect(await fetchPersonaSet("set-1", options)).toEqual(SET);
  });

  it("throws a problem, whatever went wrong", async () => {
    const { started, options } = await service();
    await expect(fetchPersonaSet("set-1", options)).rejects.toMatchObject({ code: "not_found" });
    await started.close();
    await expect(fetchPersonaSet("set-1", options)).rejects.toMatchObject({ code: "network" });
  });
});
