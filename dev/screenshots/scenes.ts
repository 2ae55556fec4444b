import type { Page } from "playwright-core";
import { ADMIN_TOKEN, type Service } from "../../test/browser/support/service.ts";

export interface Scene {
  readonly name: "empty" | "working" | "done" | "failed" | "writing" | "removed" | "broken";
  /** Brings a new page into the state. */
  readonly play: (page: Page) => Promise<void>;
}

const QUESTION = "How does the deductible work when one child needs most of the care?";
const COMPARISON = `Two plans fit **what you said**; neither asks for a referral to the *paediatrician*.

| Plan | A month | Deductible |
| --- | --- | --- |
| Silver PPO | $410 | $3,200 |
| Gold HMO | $535 | $900 |

1. Add up the visits of a usual year.
2. Multiply the premium: \`12 × $410\`.
3. Look at the [list of doctors](https://plans.example/doctors) of each.

With most of the care for **one child**, the gold plan's lower deductible is met sooner, and`;

let children = 5;

/** A lead that was asked for before is cached, so each scene but `done` has children of its own. */
export function scenes({ worker: { origin }, pace, script }: Service): readonly Scene[] {
  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
  const open = async (page: Page, hash = "") => {
    await page.goto(`${origin}/${hash}`);
    await page.getByText("offline stand-in for OpenAI").waitFor();
  };
  const ask = async (page: Page, question: string) => {
    await page.getByLabel("Your question").fill(question);
    await page.getByLabel("Your question").press("Enter");
  };
  const chat = async (page: Page) => {
    await open(page);
    await button(page, "Make personas").click();
    await button(page, "Make anew").waitFor();
    await page.locator(".portrait-state").first().waitFor({ state: "detached" });
    await button(page, /^Ask for/)
      .first()
      .click();
  };
  const household = async (page: Page, words: string) => {
    await page.getByLabel("Household").fill(words);
    await button(page, "Make personas").click();
  };
  const unique = () => {
    children += 1;
    return `Two adults, children of ${children + 4} and ${children}`;
  };

  return [
    { name: "empty", play: (page) => open(page) },
    {
      name: "working",
      async play(page) {
        const words = unique();
        await pace({ match: words, tokensPerSecond: 120, imageMs: 60_000 });
        await open(page);
        await household(page, words);
        await page.getByRole("article").nth(1).waitFor();
        await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
      },
    },
    {
      name: "done",
      async play(page) {
        await open(page, `#admin=${ADMIN_TOKEN}`);
        await button(page, "Make personas").click();
        await button(page, "Make anew").waitFor();
        await page.locator(".portrait-state").first().waitFor({ state: "detached" }); // the last one, too
        await page.waitForFunction(() =>
          [...document.images].every((image) => image.complete && image.naturalWidth > 0),
        );
        await button(page, "Make personas").click();
        await page.locator('.badge[data-free="true"]').waitFor();
        await button(page, /^Ask for/)
          .first()
          .click();
        await ask(page, QUESTION);
        await page.getByText("Answered", { exact: true }).waitFor();
        await button(page, "Refresh").click();
        await page.locator('.savings[aria-busy="false"]').waitFor();
        await page.locator(".transcript").evaluate((box) => box.scrollTo(0, 0));
      },
    },
    {
      name: "writing",
      async play(page) {
        await chat(page);
        await script("Compare two", [
          { content: `${COMPARISON} that is`, chunkChars: 1, silentAfterChunks: COMPARISON.length },
        ]);
        await ask(page, "Compare two plans for us.");
        await page.locator('.message[data-writing="true"]').getByText("With most of the care").waitFor();
      },
    },
    {
      name: "removed",
      async play(page) {
        await chat(page);
        await ask(page, "My number is 219-09-9999. What is a deductible?");
        await page.getByText("Answered", { exact: true }).waitFor();
        await page.locator(".transcript").evaluate((box) => box.scrollTo(0, 0));
      },
    },
    {
      name: "broken",
      async play(page) {
        await chat(page);
        const error = { message: "It broke.", type: "server_error", code: "server_error" };
        const broken = { content: COMPARISON, errorAfterChunks: { chunks: 60, error } };
        await script("Compare again", [broken]);
        await ask(page, "Compare again, please.");
        await page.locator(".message-end").getByText("The answer broke off here.").waitFor();
      },
    },
    {
      name: "failed",
      async play(page) {
        const words = unique();
        const error = { message: "No.", type: "insufficient_quota", code: "insufficient_quota" };
        await script(words, [{ status: 429, body: { error } }]);
        await open(page);
        await household(page, words);
        await page.getByRole("alert").waitFor();
      },
    },
  ];
}
