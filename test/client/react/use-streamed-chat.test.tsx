// @vitest-environment jsdom
import { act, cleanup, waitFor } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type UseStreamedChatOptions, useStreamedChat } from "../../../client/src/react/index.ts";
import { problemFault } from "../support/hostile-service.ts";
import { gate, hostileService, QUESTION, QUICK } from "../support/read.ts";
import { answerOf, type Step } from "../support/runs.ts";
import { changesOf, renderStrict } from "./strict.ts";

afterEach(cleanup);

async function chat(script: Step[], options: UseStreamedChatOptions = {}) {
  const service = await hostileService();
  service.scripts = [script];
  const rendered = renderStrict(useStreamedChat, { ...QUICK, baseUrl: service.origin, ...options });
  const statuses = () => changesOf(rendered.seen.map(({ status }) => status));
  const sent = () => service.requests.filter(({ method }) => method === "POST");
  const stopped = () => service.requests.filter(({ method }) => method === "DELETE");
  return { service, ...rendered, statuses, sent, stopped };
}

describe("useStreamedChat", () => {
  it("is idle at first", async () => {
    const { hook } = await chat([]);
    expect(hook()).toMatchObject({ streamingText: "", status: "idle", isLoading: false, error: undefined });
  });

  it("goes from connecting over streaming to done, and gives the answer", async () => {
    const [first, second] = [gate(), gate()];
    const { hook, statuses } = await chat([
      first.wait,
      { content: "Half" },
      second.wait,
      ...answerOf([" and half"]),
    ]);
    let answer: Promise<string | undefined> | undefined;
    act(() => {
      answer = hook().sendMessages(QUESTION);
    });
    expect(hook()).toMatchObject({ status: "connecting", isLoading: true });
    first.open();
    await waitFor(() =>
      expect(hook()).toMatchObject({ streamingText: "Half", status: "streaming", isLoading: true }),
    );
    second.open();
    await waitFor(() =>
      expect(hook()).toMatchObject({ streamingText: "Half and half", status: "done", isLoading: false }),
    );
    expect(await answer).toBe("Half and half");
    expect(statuses()).toEqual(["idle", "connecting", "streaming", "done"]);
  });

  it("says that it reconnects, and goes on where it was", async () => {
    const more = gate();
    const script = [{ content: "Half" }, more.wait, ...answerOf([" and half"])];
    const { hook, service, statuses } = await chat(script, { reconnect: { baseMs: 1e8, maxMs: 1e8 } });
    service.faults = [{ kind: "cut", after: 33 }];
    act(() => void hook().sendMessages(QUESTION));
    await waitFor(() => expect(hook()).toMatchObject({ status: "reconnecting", isLoading: true }));
    act(() => void window.dispatchEvent(new Event("online")));
    await waitFor(() => expect(hook().status).toBe("streaming"));
    more.open();
    await waitFor(() => expect(hook()).toMatchObject({ streamingText: "Half and half", status: "done" }));
    expect(statuses()).toEqual(["idle", "connecting", "streaming", "reconnecting", "streaming", "done"]);
  });

  it("shows the text anew where the answer begins again, and gives that alone", async () => {
    const [void_, more] = [gate(), gate()];
    const script = [{ content: "Void" }, void_.wait, { reset: true }, more.wait, ...answerOf(["Whole."])];
    const { hook } = await chat(script);
    let answer: Promise<string | undefined> | undefined;
    act(() => {
      answer = hook().sendMessages(QUESTION);
    });
    await waitFor(() => expect(hook().streamingText).toBe("Void"));
    void_.open();
    await waitFor(() =>
      expect(hook()).toMatchObject({ streamingText: "", status: "connecting", isLoading: true }),
    );
    more.open();
    await waitFor(() => expect(hook()).toMatchObject({ streamingText: "Whole.", status: "done" }));
    expect(await answer).toBe("Whole.");
  });

  it("keeps the text that came where the answer fails, and resolves all the same", async () => {
    const error = { code: "upstream_error", message: "The model service failed.", retryable: true };
    const { hook } = await chat([{ content: "Half" }, { error }]);
    await act(async () => expect(await hook().sendMessages(QUESTION)).toBeUndefined());
    expect(hook()).toMatchObject({ streamingText: "Half", status: "error", isLoading: false, error });
  });

  it("stops the answer, here and where it is made", async () => {
    const { hook, service, stopped } = await chat([{ content: "Half" }, gate().wait]);
    act(() => void hook().sendMessages(QUESTION));
    await waitFor(() => expect(hook().status).toBe("streaming"));
    act(() => hook().stop());
    expect(hook()).toMatchObject({
      streamingText: "Half",
      status: "stopped",
      isLoading: false,
      error: undefined,
    });
    await waitFor(() => expect(service.runs[0]?.ended).toBe(true));
    act(() => hook().stop());
    expect(stopped()).toHaveLength(1);
  });

  it("says stopped where another tab has stopped it", async () => {
    const { hook } = await chat(answerOf(["Half"], "stopped"));
    await act(() => hook().sendMessages(QUESTION));
    expect(hook()).toMatchObject({ streamingText: "Half", status: "stopped" });
  });

  it("refuses a second send while one is loading, though no button was disabled", async () => {
    const more = gate();
    const { hook, sent } = await chat([more.wait, ...answerOf(["Once."])]);
    const answers: Promise<string | undefined>[] = [];
    act(() => {
      for (let click = 0; click < 5; click++) answers.push(hook().sendMessages(QUESTION));
    });
    more.open();
    await waitFor(() => expect(hook().status).toBe("done"));
    expect(await Promise.all(answers)).toEqual(["Once.", undefined, undefined, undefined, undefined]);
    expect(sent()).toHaveLength(1);
  });

  it("sends at once after a stop, and shows nothing of the answer before", async () => {
    const { hook, service, sent } = await chat([{ content: "Old" }, gate().wait]);
    service.scripts.push(answerOf(["New"]));
    act(() => void hook().sendMessages(QUESTION));
    await waitFor(() => expect(hook().streamingText).toBe("Old"));
    await act(async () => {
      hook().stop();
      await hook().sendMessages(QUESTION);
    });
    expect(hook()).toMatchObject({ streamingText: "New", status: "done" });
    const [first, second] = sent().map(({ headers }) => headers["idempotency-key"]);
    expect(first).not.toBe(second);
  });

  it("takes the same again after an error for the same send, and another for another", async () => {
    const { hook, service, sent } = await chat(answerOf(["Here."]));
    service.faults = [problemFault(503, "upstream_rate_limited"), problemFault(503, "upstream_rate_limited")];
    await act(() => hook().sendMessages(QUESTION));
    await act(() => hook().sendMessages(QUESTION));
    await act(() => hook().sendMessages([{ role: "user", content: "Another" }]));
    await act(() => hook().sendMessages(QUESTION));
    const [a, b, c, d] = sent().map(({ headers }) => headers["idempotency-key"]);
    expect(a).toBe(b);
    expect(new Set([a, c, d]).size).toBe(3);
  });

  it("takes an answer up again under the key that it was sent with before, as after a reload", async () => {
    const { service, sent, hook } = await chat(answerOf(["Once."]));
    const options = { idempotencyKey: "a-key-that-was-kept" };
    await act(() => hook().sendMessages(QUESTION, options));
    await act(() => hook().sendMessages(QUESTION, options));
    expect(hook()).toMatchObject({ streamingText: "Once.", status: "done" });
    expect(sent().map(({ headers }) => headers["idempotency-key"])).toEqual(
      Array(2).fill(options.idempotencyKey),
    );
    expect(service.runs).toHaveLength(1);
  });

  it("sends with the persona of the send, or else of the hook, and with the newest options", async () => {
    const persona = { setId: "s", personaId: "a" };
    const { hook, sent, rerender, service } = await chat(answerOf(["Hi"]), { persona });
    const onEvent = vi.fn();
    rerender({ ...QUICK, baseUrl: service.origin, persona: { setId: "s", personaId: "b" }, onEvent });
    await act(() => hook().sendMessages(QUESTION));
    await act(() => hook().sendMessages(QUESTION, { persona }));
    expect(sent().map(({ body }) => body)).toMatchObject([{ persona: { personaId: "b" } }, { persona }]);
    expect(onEvent).toHaveBeenCalledWith(expect.objectContaining({ type: "done" }));
  });

  it("stops the answer when its component is unmounted", async () => {
    const { hook, service, unmount } = await chat([{ content: "Half" }, gate().wait]);
    act(() => void hook().sendMessages(QUESTION));
    await waitFor(() => expect(hook().status).toBe("streaming"));
    unmount();
    await waitFor(() => expect(service.runs[0]?.ended).toBe(true));
  });

  it("sends once from an effect, which Strict Mode runs twice", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Once."])];
    const { hook } = renderStrict(() => {
      const chat = useStreamedChat({ ...QUICK, baseUrl: service.origin });
      const { sendMessages } = chat;
      useEffect(() => void sendMessages(QUESTION), [sendMessages]);
      return chat;
    }, undefined);
    await waitFor(() => expect(hook()).toMatchObject({ streamingText: "Once.", status: "done" }));
    expect(service.requests.map(({ method }) => method)).toEqual(["POST"]);
  });
});
