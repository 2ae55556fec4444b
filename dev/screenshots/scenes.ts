import type { Page } from "playwright-core";
import { ADMIN_TOKEN, type Service } from "../../test/browser/support/service.ts";
import type { Visitor } from "../../test/browser/support/visitor.ts";

/** Brings a new page into a state. */
type Scene = (visitor: Visitor) => Promise<void>;

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
const NAME = "Maria Alvarez";

let children = 5;

/** A lead that was asked for before is cached, so each scene but `done` has children of its own. */
async function askAnew({ page, open, make }: Visitor, prepare: (words: string) => Promise<void>) {
  children += 1;
  const words = `Two adults, children of ${children + 4} and ${children}`;
  await prepare(words);
  await open(NAME);
  await page.getByLabel("Household").fill(words);
  await make();
}

async function chat({ page, open, make, made, talkTo }: Visitor, hash = ""): Promise<void> {
  await open(NAME, { hash });
  await make();
  await made();
  await page.locator(".portrait-state").first().waitFor({ state: "detached" }); // the last one, too
  await talkTo(0);
}

async function answered(page: Page): Promise<void> {
  await page.getByText("Answered", { exact: true }).waitFor();
  await page.locator(".transcript").evaluate((box) => box.scrollTo(0, 0));
}

const imagesAreThere = (page: Page) =>
  page.waitForFunction(() => [...document.images].every(({ complete }) => complete));

/** By the name of the file. */
export function toScenes({ pace, script }: Service): Readonly<Record<string, Scene>> {
  return {
    async empty({ page, open }) {
      await open(NAME);
      await page.getByText("offline stand-in for OpenAI").waitFor();
    },

    async working(visitor) {
      await askAnew(visitor, (words) => pace({ match: words, tokensPerSecond: 120, imageMs: 60_000 }));
      await visitor.page.getByRole("article").nth(1).waitFor();
      await imagesAreThere(visitor.page);
    },

    async done(visitor) {
      const { page, make, ask } = visitor;
      await chat(visitor, `#admin=${ADMIN_TOKEN}`);
      await imagesAreThere(page);
      await make();
      await page.locator('.badge[data-free="true"]').waitFor();
      await visitor.talkTo(0);
      await ask(QUESTION);
      await answered(page);
      await page.getByRole("button", { name: "Refresh" }).click();
      await page.locator('.savings[aria-busy="false"]').waitFor();
    },

    async writing(visitor) {
      await chat(visitor);
      const content = `${COMPARISON} that is`;
      await script("Compare two", [{ content, chunkChars: 1, silentAfterChunks: COMPARISON.length }]);
      await visitor.ask("Compare two plans for us.");
      const message = visitor.page.locator('.message[data-writing="true"]');
      await message.getByText("With most of the care").waitFor();
    },

    async removed(visitor) {
      await chat(visitor);
      await visitor.ask("My number is 219-09-9999. What is a deductible?");
      await answered(visitor.page);
    },

    async broken(visitor) {
      await chat(visitor);
      const error = { message: "It broke.", type: "server_error", code: "server_error" };
      await script("Compare again", [{ content: COMPARISON, errorAfterChunks: { chunks: 60, error } }]);
      await visitor.ask("Compare again, please.");
      await visitor.page.locator(".message-end").getByText("The answer broke off here.").waitFor();
    },

    async failed(visitor) {
      const error = { message: "No.", type: "insufficient_quota", code: "insufficient_quota" };
      await askAnew(visitor, (words) => script(words, [{ status: 429, body: { error } }]));
      await visitor.page.getByRole("alert").waitFor();
    },
  };
}
