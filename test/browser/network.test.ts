import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withBrowser } from "./support/browser.ts";
import { startProxy, type Wire } from "./support/proxy.ts";
import type { Visitor } from "./support/visitor.ts";

/** Two and a half heartbeats, and some. */
const SILENCE_MS = 40_000;

const suite = withBrowser();
let proxy: Wire;

beforeAll(async () => {
  proxy = await startProxy(suite.service.worker.origin);
});
afterAll(() => proxy?.close());

interface Setting {
  readonly origin?: string;
  readonly prepare?: (page: Page) => Promise<unknown>;
  readonly beforeAsking?: () => void;
}

/** A chat that is open, with an answer to come that takes some seconds. */
async function chatWith(
  name: string,
  { origin = suite.service.worker.origin, prepare, beforeAsking }: Setting = {},
) {
  const visitor = await suite.visit({}, origin);
  await prepare?.(visitor.page);
  await suite.service.pace({ match: `word from ${name}`, tokensPerSecond: 80 });
  await visitor.open(name);
  await visitor.make();
  await visitor.made();
  await visitor.talkTo(0);
  beforeAsking?.();
  await visitor.ask(`What is a deductible? A word from ${name}.`);
  return visitor;
}

const writing = ({ page }: Visitor) => page.locator('.message[data-writing="true"]').waitFor();
const answered = ({ page }: Visitor) => page.getByText("Answered", { exact: true }).waitFor();

/** The whole answer is there, once, and was asked of the model once. */
async function isWholeAndPaidOnce({ answer }: Visitor, name: string) {
  const words = await answer();
  const asked = await suite.service.calls(`word from ${name}`);
  expect(asked).toHaveLength(1);
  expect(words.length).toBeGreaterThan(100);
  expect(words.slice(0, 40)).not.toBe(words.slice(40, 80));
  expect(words).toMatch(/[.?!]$/);
}

describe("in mid-answer", () => {
  it("the network goes and comes back: the answer goes on where it was", async () => {
    const chat = await chatWith("Ann offline", { origin: proxy.origin });
    await writing(chat);
    await chat.page.context().setOffline(true);
    proxy.drop(); // what was open breaks off, too
    await chat.page.getByText("Connection lost, reconnecting").waitFor();
    await chat.page.context().setOffline(false);
    await answered(chat);
    expect(await chat.page.getByText(/^Resumed after event \d+/).count()).toBe(1);
    await isWholeAndPaidOnce(chat, "Ann offline");
  });

  it("the switch drops the connection, one watches it resume", async () => {
    const chat = await chatWith("Ben at the switch");
    await writing(chat);
    await chat.page.getByText("Drop the connection").click();
    await chat.page.getByText("Connection lost, reconnecting").waitFor();
    await chat.page.getByText("Drop the connection").click();
    await answered(chat);
    expect(await chat.page.getByText(/^Resumed after event \d+/).count()).toBe(1);
    await isWholeAndPaidOnce(chat, "Ben at the switch");
    expect(chat.complaints).toEqual([]);
  });

  it("the tab is hidden, loses its connection, and is shown again: it goes on", async () => {
    const chat = await chatWith("Cleo hidden", { origin: proxy.origin });
    await writing(chat);
    const show = (state: string) =>
      chat.page.evaluate((visibility) => {
        Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    await show("hidden");
    proxy.drop();
    await show("visible");
    await answered(chat);
    await isWholeAndPaidOnce(chat, "Cleo hidden");
  });
});

describe("where no stream gets through", () => {
  it("a proxy that holds everything back: the whole answer comes, from the same run", async () => {
    const chat = await chatWith("Dora behind a proxy", {
      origin: proxy.origin,
      prepare: (page) => page.clock.install(),
      beforeAsking: () => {
        proxy.buffers = true;
      },
    });
    await expect.poll(() => proxy.heard).toContain("POST /api/chat/stream");
    await chat.page.clock.runFor(SILENCE_MS);
    await answered(chat);
    expect(proxy.heard).toContain("POST /api/chat");
    await isWholeAndPaidOnce(chat, "Dora behind a proxy");
    expect(chat.complaints).toEqual([]);
  });

  it("a browser that cannot read a stream: the whole answer comes", async () => {
    const chat = await chatWith("Eve without streams", {
      prepare: (page) =>
        page.addInitScript(() => {
          Object.defineProperty(Response.prototype, "body", { get: () => undefined });
          Reflect.deleteProperty(globalThis, "ReadableStream");
        }),
    });
    await answered(chat);
    expect(await chat.page.getByText(/^No stream gets through/).count()).toBe(1);
    await isWholeAndPaidOnce(chat, "Eve without streams");
    expect(chat.complaints).toEqual([]);
  });
});
