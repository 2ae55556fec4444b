import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startProxy, type Wire } from "../browser/support/proxy.ts";
import { type Service, startService } from "../browser/support/service.ts";
import type { Engine } from "./engine.ts";
import { ENGINES } from "./installed.ts";

let service: Service;
let proxy: Wire;

beforeAll(async () => {
  service = await startService();
  proxy = await startProxy(service.worker.origin);
});
afterAll(async () => {
  await proxy?.close();
  await service?.close();
});

for (const { name, start, packages } of ENGINES)
  if (!start) process.stderr.write(`Left out: ${name}, which is not installed (Debian: ${packages}).\n`);

/** Clicks, types and looks by what the page itself says. */
function person({ goto, run }: Engine) {
  const text = JSON.stringify;
  const button = (words: string) =>
    `[...document.querySelectorAll("button")].find(({ textContent }) => textContent.startsWith(${text(words)}))`;
  const until = (expression: string) =>
    expect.poll(() => run(`Boolean(${expression})`), { timeout: 30_000 }).toBe(true);
  const field = (label: string) =>
    `[...document.querySelectorAll("label")].find(({ textContent }) => textContent === ${text(label)}).control`;
  return {
    goto,
    button,
    until,
    click: async (words: string) => {
      await until(button(words));
      await run(`${button(words)}.click()`);
    },
    /** As React hears it: by the element's own setter, then the event. */
    type: (label: string, words: string) =>
      run(
        `((field) => { Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, ${text(words)});
          field.dispatchEvent(new Event("input", { bubbles: true })); })(${field(label)})`,
      ),
    status: (words: string) => until(`document.querySelector(".pill")?.textContent === ${text(words)}`),
    answer: () =>
      run<string>(`[...document.querySelectorAll('.message[data-role="assistant"]')].at(-1).textContent`),
    count: (selector: string) => run<number>(`document.querySelectorAll(${text(selector)}).length`),
  };
}

describe.each(ENGINES.filter(({ start }) => start))("in $name", ({ name, start }) => {
  it("a person makes personas, chats through a lost connection, reloads in mid-answer, and misses no word", async () => {
    const engine = await start?.();
    if (!engine) throw new Error(`${name} is not there`);
    onTestFinished(() => engine.close());
    process.stderr.write(`${engine.name}\n`);
    const { goto, button, click, type, status, until, answer, count } = person(engine);
    await goto(`${proxy.origin}/`);
    await until('document.querySelector("form")');
    await type("Name", `Ann of ${name}`);
    await click("Make personas");
    await until(button("Make anew")); // all are there
    await click("Ask for");
    await until('document.querySelector(".transcript")');
    expect(await count("article")).toBe(3);

    const words = Array.from({ length: 80 }, (_, word) => `word${word}`).join(" ");
    for (const [place, disturb] of [() => proxy.drop(), () => goto(`${proxy.origin}/`)].entries()) {
      const question = `Question ${place} in ${name}`;
      await service.script(question, [{ content: `**So**: ${words}.`, chunkDelayMs: 30 }]);
      await type("Your question", question);
      await click("Send");
      await until(`document.querySelector('.message[data-writing="true"] strong')`);
      await disturb();
      await status("Answered");
      expect(await answer()).toContain(`So: ${words}.`);
      expect(await service.calls(question)).toHaveLength(1);
    }
    expect(await count(".message")).toBe(4);
  });
});
