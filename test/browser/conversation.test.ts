import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { withBrowser } from "./support/browser.ts";

const MARKDOWN = `Compare **two plans** for [Ana](https://plans.example/a), \`in network\`:

- **HMO**: a referral
- *PPO*: none

| Plan | Deductible |
| --- | --- |
| HMO | $500 |
| PPO | $900 |

![A chart](https://tracker.example/p.png)
<img src="q.png" onerror="alert(1)"> [Run](javascript:alert(1))

\`\`\`
premium * 12
\`\`\`

That is all.`;

const suite = withBrowser();

async function chatWith(name: string) {
  const visitor = await suite.visit();
  await visitor.open(name);
  await visitor.make();
  await visitor.made();
  await visitor.talkTo(0);
  return visitor;
}

const status = (page: Page, words: string) =>
  page.locator(".pill").getByText(words, { exact: true }).waitFor();
const marks = (page: Page) => page.locator(".message-end p").allTextContents();

/** The messages of each question that named these words, as the model got them. */
const sentWith = async (words: string) =>
  (await suite.service.calls(words)).map(({ body }) => body.messages.filter(({ role }) => role !== "system"));

describe("Newton", () => {
  it("is said to be an AI whose answers can be wrong and are no advice, before the chat and in it", async () => {
    const { page } = await chatWith("Jo who reads it all");
    for (const part of [".intro", ".chat .section-head"])
      expect(await page.locator(part).textContent()).toMatch(
        /\bAI\b.* answers can be wrong, and are no medical, legal or tax advice\./s,
      );
  });
});

describe("an answer in Markdown", () => {
  it("is shown as such, loads nothing, and leads outside only with a word about it", async () => {
    const { page, ask, complaints } = await chatWith("Ann of Markdown");
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await suite.service.script("a plan for Ann", [{ content: MARKDOWN }]);
    await ask("Is there a plan for Ann?");
    await status(page, "Answered");
    const message = page.locator('.message[data-role="assistant"]');
    expect(await message.locator("strong").allTextContents()).toEqual(["two plans", "HMO"]);
    expect(await message.locator("ul li").count()).toBe(2);
    expect(await message.locator("table td").allTextContents()).toEqual(["HMO", "$500", "PPO", "$900"]);
    expect(await message.locator("pre code").textContent()).toContain("premium * 12");
    expect(await message.locator("img, script, iframe").count()).toBe(0);
    const link = message.getByRole("link");
    expect(await link.count()).toBe(1);
    expect(await link.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(await link.getAttribute("target")).toBe("_blank");
    expect(await link.textContent()).toBe("Ana (another site, in a new tab)");
    expect(asked.filter((url) => !url.startsWith(suite.service.worker.origin))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("is copied as it was written", async () => {
    const { page, ask } = await chatWith("Cy who copies");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await suite.service.script("a plan for Cy", [{ content: MARKDOWN }]);
    await ask("Is there a plan for Cy?");
    await status(page, "Answered");
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(MARKDOWN);
  });
});

describe("what was said", () => {
  it("stays where the answer broke off, is sent on as it is, and is asked for again with one click", async () => {
    const { page, ask, answer } = await chatWith("Di of the break");
    const error = { message: "It broke.", type: "server_error", code: "server_error" };
    const broken = { content: "Half an answer, and", errorAfterChunks: { chunks: 3, error } };
    await suite.service.script("a plan for Di", [broken, { content: "A **whole** one." }]);
    await ask("Is there a plan for Di?");
    await status(page, "Not answered");
    expect(await marks(page)).toEqual(["The answer broke off here."]);
    expect(await answer()).toMatch(/^Half an/);
    await page.locator(".transcript").getByRole("button", { name: "Try again" }).click();
    await status(page, "Answered");
    expect(await answer()).toBe("A whole one.");
    expect(await marks(page)).toEqual([]);

    await suite.service.script("another for Di", [broken]);
    await ask("Is there another for Di?");
    await status(page, "Not answered");
    const half = await answer();
    await ask("And a third, Di?");
    await status(page, "Answered");
    const roles = (await sentWith("a third, Di"))[0]?.slice(-3);
    expect(roles?.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(roles?.[1]?.content).toBe(half);
    expect(await marks(page)).toEqual(["The answer broke off here."]);
  });

  it("stays where it was stopped, before the first word too", async () => {
    const { page, ask } = await chatWith("Ed who stops");
    await suite.service.script("a plan for Ed", [{ content: MARKDOWN, firstChunkAfterMs: 20_000 }]);
    await ask("Is there a plan for Ed?");
    await status(page, "Newton is thinking");
    await page.getByRole("button", { name: "Stop" }).click();
    await status(page, "Stopped");
    expect(await marks(page)).toEqual(["Stopped before the first word."]);
    await ask("Then another for Ed?");
    await status(page, "Answered");
    expect(await marks(page)).toEqual(["Stopped before the first word."]);
  });

  it("is there after a reload in mid-answer, which goes on, and is paid for once", async () => {
    const { page, ask, answer, complaints } = await chatWith("Flo who reloads");
    await suite.service.script("a plan for Flo", [{ content: MARKDOWN, chunkChars: 3, chunkDelayMs: 20 }]);
    await ask("Is there a plan for Flo?");
    await page.locator('.message[data-writing="true"]').waitFor();
    await page.reload();
    await status(page, "Answered");
    expect(await answer()).toMatch(/^Compare two plans for Ana.*That is all\.$/s);
    expect(await page.getByRole("article").count()).toBe(3);
    expect(await suite.service.calls("a plan for Flo")).toHaveLength(1);
    await page.reload();
    expect(await answer()).toMatch(/That is all\.$/);
    expect(complaints).toEqual([]);
  });
});

describe("a number that identifies a person", () => {
  it("is removed before it is sent, and the person sees that it was", async () => {
    const { page, ask } = await chatWith("Ida of the numbers");
    await ask("My number is 219-09-9999, is there a plan for Ida?");
    await status(page, "Answered");
    const message = page.locator('.message[data-role="user"]');
    expect(await message.textContent()).toContain("My number is [removed], is there");
    await message.getByText("A number that identifies a person was removed").waitFor();
    expect((await sentWith("a plan for Ida"))[0]?.at(-1)?.content).toContain("[removed]");
    expect(await suite.service.calls("219-09-9999")).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain("219-09-9999");

    await page.getByLabel("What matters").fill("My card is 4111 1111 1111 1111");
    await page.getByText("A number that identifies a person is removed").waitFor();
  });
});

describe("the transcript", () => {
  const box = (page: Page) =>
    page.locator(".transcript").evaluate((element) => ({
      fromEnd: element.scrollHeight - element.scrollTop - element.clientHeight,
      top: element.scrollTop,
    }));

  it("follows the text to its end, unless the person scrolled up", async () => {
    const { page, ask } = await chatWith("Gus who scrolls");
    const long = Array.from({ length: 60 }, (_, line) => `${line}. A line of many`).join("\n\n");
    await suite.service.script("a plan for Gus", [{ content: long, chunkChars: 20, chunkDelayMs: 10 }]);
    await ask("Is there a plan for Gus?");
    await status(page, "Answered");
    expect((await box(page)).fromEnd).toBeLessThan(2);
    await suite.service.script("more for Gus", [{ content: long, chunkChars: 20, chunkDelayMs: 20 }]);
    await ask("Is there more for Gus?");
    await page.locator('.message[data-writing="true"]').waitFor();
    await page.locator(".transcript").evaluate((element) => element.scrollTo(0, 10));
    await status(page, "Answered");
    expect((await box(page)).top).toBe(10);
  });
});
