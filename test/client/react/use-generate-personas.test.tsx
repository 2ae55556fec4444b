// @vitest-environment jsdom
import { act, cleanup, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Persona } from "../../../client/src/index.ts";
import { type UseGeneratePersonasOptions, useGeneratePersonas } from "../../../client/src/react/index.ts";
import { problemFault } from "../support/hostile-service.ts";
import { gate, hostileService, QUICK } from "../support/read.ts";
import type { Step } from "../support/runs.ts";
import { changesOf, renderStrict } from "./strict.ts";

afterEach(cleanup);

const LEAD = { leadData: { name: "Ana" } };
const persona = (id: string, imageStatus = "pending") => ({ id, imageStatus }) as Persona;
const DONE = { done: true, setId: "set-1", fromCache: false, createdAt: "2026-11-01T00:00:00.000Z" };
const steps = (...personas: Persona[]): Step[] => [...personas.map((one) => ({ persona: one })), DONE];
const READY = steps(persona("a", "ready"), persona("b", "ready"));

async function personas(script: Step[], options: UseGeneratePersonasOptions = {}) {
  const service = await hostileService();
  service.scripts = [script];
  const props = { ...QUICK, baseUrl: service.origin, delay: 20, ...options };
  const rendered = renderStrict(useGeneratePersonas, props);
  const statuses = () => changesOf(rendered.seen.map(({ status }) => status));
  const sent = () => service.requests.filter(({ method }) => method === "POST");
  const generate = (...args: Parameters<ReturnType<typeof useGeneratePersonas>["generate"]>) =>
    act(() => rendered.hook().generate(...args));
  return { service, ...rendered, statuses, sent, generate };
}

describe("useGeneratePersonas", () => {
  it("is idle at first", async () => {
    const { hook } = await personas([]);
    expect(hook()).toMatchObject({ personas: [], set: undefined, fromCache: undefined, status: "idle" });
    expect(hook()).toMatchObject({ isLoading: false, error: undefined });
  });

  it("waits, loads, shows each persona as it comes, and is done", async () => {
    const more = gate();
    const { hook, generate, statuses } = await personas([
      { persona: persona("a", "ready") },
      more.wait,
      ...READY.slice(1),
    ]);
    generate(LEAD);
    expect(hook()).toMatchObject({ status: "waiting", isLoading: true });
    await waitFor(() =>
      expect(hook()).toMatchObject({ status: "loading", isLoading: true, personas: [{ id: "a" }] }),
    );
    more.open();
    await waitFor(() => expect(hook()).toMatchObject({ status: "done", isLoading: false, fromCache: false }));
    expect(hook().personas.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(hook().set).toMatchObject({ setId: "set-1" });
    expect(statuses()).toEqual(["idle", "waiting", "loading", "done"]);
  });

  it("makes one request of many quick calls, with the last one's input", async () => {
    const { hook, generate, sent } = await personas(READY);
    for (const name of ["A", "An", "Ana"]) generate({ leadData: { name } });
    await waitFor(() => expect(hook().status).toBe("done"));
    expect(sent().map(({ body }) => body)).toEqual([LEAD]);
  });

  it("refuses a second submit while one is loading", async () => {
    const more = gate();
    const { hook, generate, sent } = await personas([more.wait, ...READY]);
    generate(LEAD);
    await waitFor(() => expect(hook().status).toBe("loading"));
    generate({ leadData: { name: "Other" } });
    more.open();
    await waitFor(() => expect(hook().status).toBe("done"));
    expect(sent()).toHaveLength(1);
    generate(LEAD, { refresh: true });
    await waitFor(() => expect(sent()).toHaveLength(2));
    expect(sent()[1]?.headers["cache-control"]).toBe("no-cache");
  });

  it("follows the portraits until they are ready", async () => {
    const { hook, generate, service } = await personas(steps(persona("a"), persona("b")));
    const later = (a: string, b: string) => ({
      setId: "set-1",
      personas: [persona("a", a), persona("b", b)],
    });
    service.sets = [later("ready", "pending"), later("ready", "failed")];
    generate(LEAD);
    const states = () => hook().personas.map(({ imageStatus }) => imageStatus);
    await waitFor(() => expect(states()).toEqual(["ready", "failed"]), { timeout: 10_000 });
    expect(hook()).toMatchObject({ status: "done", fromCache: false });
    const polls = service.requests.filter(({ method }) => method === "GET");
    expect(polls.map(({ path }) => path)).toEqual(["/api/personas/set-1", "/api/personas/set-1"]);
  });

  it("shows an error, and forgets it with the next call", async () => {
    const { hook, generate, service } = await personas(READY);
    service.faults = [problemFault(503, "budget_exhausted")];
    generate(LEAD);
    await waitFor(() =>
      expect(hook()).toMatchObject({
        status: "error",
        isLoading: false,
        error: { code: "budget_exhausted" },
      }),
    );
    generate(LEAD);
    expect(hook()).toMatchObject({ status: "waiting", error: undefined });
    await waitFor(() => expect(hook().status).toBe("done"));
  });

  it("takes personas back that the model took back", async () => {
    const more = gate();
    const { hook, generate } = await personas([
      { persona: persona("void") },
      more.wait,
      { reset: true },
      ...READY,
    ]);
    generate(LEAD);
    await waitFor(() => expect(hook().personas).toHaveLength(1));
    more.open();
    await waitFor(() => expect(hook().status).toBe("done"));
    expect(hook().personas.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("can be cancelled, waiting or loading, and begun again", async () => {
    const { hook, generate, sent } = await personas([gate().wait]);
    generate(LEAD);
    act(() => hook().cancel());
    expect(hook()).toMatchObject({ status: "idle", isLoading: false });
    generate(LEAD);
    await waitFor(() => expect(sent()).toHaveLength(1));
    act(() => hook().cancel());
    expect(hook().status).toBe("idle");
    generate({ leadData: { name: "Next" } });
    await waitFor(() => expect(sent()).toHaveLength(2));
  });

  it("sends nothing more once its component is unmounted", async () => {
    const { generate, service, unmount } = await personas(READY);
    generate(LEAD);
    unmount();
    const other = await personas(READY);
    other.generate(LEAD);
    await waitFor(() => expect(other.hook().status).toBe("done")); // as long as the first would have taken
    expect(service.requests).toEqual([]);
  });
});
