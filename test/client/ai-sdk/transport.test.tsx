// @vitest-environment jsdom
import { useChat } from "@ai-sdk/react";
import { act, cleanup, waitFor } from "@testing-library/react";
import type { UIMessage } from "ai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AskNewtonChatTransport,
  type AskNewtonChatTransportOptions,
} from "../../../client/src/ai-sdk/index.ts";
import { changesOf, renderStrict } from "../react/strict.ts";
import { type HostileService, problemFault } from "../support/hostile-service.ts";
import { gate, hostileService, QUICK } from "../support/read.ts";
import { answerOf, type Step } from "../support/runs.ts";

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

function textOf(message: UIMessage | undefined): string | undefined {
  return message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** A page with the real `useChat` on it, under Strict Mode. */
function page(service: HostileService, options: AskNewtonChatTransportOptions = {}, resume = false) {
  const transport = new AskNewtonChatTransport({ ...QUICK, baseUrl: service.origin, ...options });
  const rendered = renderStrict(() => useChat({ id: "chat-1", transport, resume }), undefined);
  const { hook } = rendered;
  return {
    ...rendered,
    send: (text: string, extra?: object) => act(() => void hook().sendMessage({ text }, extra)),
    shown: () => hook().messages.map((message) => `${message.role}: ${textOf(message)}`),
    statuses: () => changesOf(rendered.seen.map(({ status }) => status)),
  };
}

async function chat(script: Step[], options: AskNewtonChatTransportOptions = {}) {
  const service = await hostileService();
  service.scripts = [script];
  const stops = () => service.requests.filter(({ method }) => method === "DELETE");
  return { service, stops, ...page(service, options) };
}

describe("AskNewtonChatTransport under the real useChat", () => {
  it("is submitted until the first word, then streams, then is ready", async () => {
    const [first, second] = [gate(), gate()];
    const { send, shown, hook, statuses, service } = await chat([
      first.wait,
      { content: "Half" },
      second.wait,
      ...answerOf([" and half"]),
    ]);
    send("What is a premium?");
    await waitFor(() => expect(service.requests).toHaveLength(1));
    expect(hook().status).toBe("submitted");
    first.open();
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: Half"));
    expect(hook().status).toBe("streaming");
    second.open();
    await waitFor(() => expect(hook().status).toBe("ready"));
    expect(shown()).toEqual(["user: What is a premium?", "assistant: Half and half"]);
    expect(statuses()).toEqual(["ready", "submitted", "streaming", "ready"]);
  });

  it("sends the conversation as text, the persona, and the headers of the send over its own", async () => {
    const { send, shown, hook, service } = await chat(answerOf(["Hi."]), {
      headers: () => ({ "X-A": "1", "X-B": "1" }),
    });
    const persona = { setId: "s", personaId: "p" };
    send("One");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: Hi."));
    await waitFor(() => expect(hook().status).toBe("ready"));
    send("Two", { body: { persona }, headers: { "X-B": "2" } });
    await waitFor(() => expect(service.requests).toHaveLength(2));
    const messages = [
      { role: "user", content: "One" },
      { role: "assistant", content: "Hi." },
      { role: "user", content: "Two" },
    ];
    expect(service.requests[1]?.body).toEqual({ messages, persona });
    expect(service.requests[1]?.headers).toMatchObject({ "x-a": "1", "x-b": "2" });
    await waitFor(() => expect(hook().status).toBe("ready"));
  });

  it("reconnects by itself, unseen", async () => {
    const { send, shown, hook, service, statuses } = await chat(answerOf(["Half", " and half"]));
    service.faults = [{ kind: "drop-before-head" }, { kind: "cut", after: 33 }, { kind: "drop-before-head" }];
    send("Go on?");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: Half and half"));
    await waitFor(() => expect(hook().status).toBe("ready"));
    expect(statuses()).not.toContain("error");
    expect(service.runs).toHaveLength(1);
  });

  it("shows a fresh text where the answer begins again, and never both", async () => {
    const more = gate();
    const script = [{ content: "Void" }, more.wait, { reset: true }, ...answerOf(["Whole", " answer"])];
    const { send, shown, hook } = await chat(script);
    send("Again?");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: Void"));
    more.open();
    await waitFor(() => expect(hook().status).toBe("ready"));
    expect(shown()).toEqual(["user: Again?", "assistant: Whole answer"]);
    expect(hook().messages.at(-1)?.parts).toMatchObject([
      { type: "text", text: "Whole answer", state: "done" },
    ]);
  });

  it("stops the answer where it is made, and keeps its text", async () => {
    const { send, shown, hook, service } = await chat([{ content: "Half" }, gate().wait]);
    send("Stop?");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: Half"));
    await act(() => hook().stop());
    await waitFor(() => expect(hook().status).toBe("ready"));
    await waitFor(() => expect(service.runs[0]?.ended).toBe(true));
    expect(shown().at(-1)).toBe("assistant: Half");
    expect(sessionStorage).toHaveLength(0);
  });

  it("hands a failure over as it is", async () => {
    const { send, hook, service } = await chat([]);
    service.faults = [problemFault(503, "budget_exhausted")];
    send("Anyone?");
    await waitFor(() => expect(hook().status).toBe("error"));
    expect(hook().error).toMatchObject({ code: "budget_exhausted", retryable: true });
  });

  it("goes on where its storage is full", async () => {
    const full = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const storage = { getItem: () => null, removeItem: () => {}, setItem: full };
    const { send, shown, hook } = await chat(answerOf(["The answer"]), { storage });
    send("What is a premium?");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: The answer"));
    expect(hook().error).toBeUndefined();
  });

  it("regenerates an answer as a new send", async () => {
    const { send, shown, hook, service } = await chat(answerOf(["First."]));
    service.scripts.push(answerOf(["Second."]));
    send("Well?");
    await waitFor(() => expect(shown().at(-1)).toBe("assistant: First."));
    await waitFor(() => expect(hook().status).toBe("ready"));
    await act(() => hook().regenerate());
    expect(shown()).toEqual(["user: Well?", "assistant: Second."]);
    expect(service.requests[1]?.body).toEqual({ messages: [{ role: "user", content: "Well?" }] });
  });
});

describe("after a reload", () => {
  /** A page that was reading half an answer when it was closed, without a chance to say anything. */
  async function reloaded(script: Step[]) {
    const service = await hostileService();
    service.scripts = [script];
    const silence = { ...QUICK, baseUrl: service.origin };
    const before = new AskNewtonChatTransport(silence);
    const stream = await before.sendMessages({
      trigger: "submit-message",
      chatId: "chat-1",
      messageId: undefined,
      abortSignal: undefined,
      messages: [{ id: "1", role: "user", parts: [{ type: "text", text: "Still there?" }] }],
    });
    const reader = stream.getReader();
    await reader.read();
    const stops = () => service.requests.filter(({ method }) => method === "DELETE");
    return { service, stops };
  }

  it("resumes the answer from its first word, and Strict Mode stops nothing", async () => {
    const more = gate();
    const { service, stops } = await reloaded([{ content: "Half" }, more.wait, ...answerOf([" and half"])]);
    const { shown, hook } = page(service, {}, true);
    await waitFor(() => expect(shown()).toEqual(["assistant: Half"]));
    more.open();
    await waitFor(() => expect(shown()).toEqual(["assistant: Half and half"]));
    await waitFor(() => expect(hook().status).toBe("ready"));
    expect(stops()).toEqual([]);
    await waitFor(() => expect(sessionStorage).toHaveLength(0));
  });

  it("stops an answer that was resumed", async () => {
    const { service, stops } = await reloaded([{ content: "Half" }, gate().wait]);
    const { shown, hook } = page(service, {}, true);
    await waitFor(() => expect(shown()).toEqual(["assistant: Half"]));
    await act(() => hook().stop());
    await waitFor(() => expect(service.runs[0]?.ended).toBe(true));
    expect(stops()).toHaveLength(1);
    expect(sessionStorage).toHaveLength(0);
  });

  it("is ready where the answer is no longer there, and where there never was one", async () => {
    const { service } = await reloaded([{ content: "Half" }, gate().wait]);
    service.forget("run-1");
    const { hook, statuses } = page(service, {}, true);
    await waitFor(() => expect(sessionStorage).toHaveLength(0));
    expect(hook()).toMatchObject({ status: "ready", messages: [] });
    cleanup();
    page(service, {}, true);
    expect(statuses()).not.toContain("error");
  });
});
