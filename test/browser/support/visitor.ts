import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export interface Visitor {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[];
  /** Opens the page with a lead that no other test has. */
  open(name: string, options?: { readonly hash?: string }): Promise<void>;
  make(): Promise<void>;
  /** Until all personas of the set are there. */
  made(): Promise<void>;
  talkTo(place: number): Promise<void>;
  ask(question: string): Promise<void>;
  /** Newton's latest words. */
  answer(): Promise<string>;
  close(): Promise<void>;
}

/** A person with a browser of their own. */
export async function visit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  return {
    page,
    complaints,
    async open(name, { hash = "" } = {}) {
      await page.goto(`${origin}/${hash}`);
      await page.getByLabel("Name", { exact: true }).fill(name);
    },
    make: () => button("Make personas").click(),
    made: () => button("Make anew").waitFor(),
    talkTo: (place) =>
      button(/^Ask for/)
        .nth(place)
        .click(),
    async ask(question) {
      await page.getByLabel("Your question").fill(question);
      await page.getByLabel("Your question").press("Enter");
    },
    answer: () =>
      page
        .locator('.message[data-role="assistant"]')
        .last()
        .evaluate((message) => {
          const words = message.cloneNode(true) as Element;
          for (const other of words.querySelectorAll(".unseen, .message-end")) other.remove();
          return words.textContent;
        }),
    close: () => context.close(),
  };
}
