import { AxeBuilder } from "@axe-core/playwright";
import { describe, expect, it } from "vitest";
import { withBrowser } from "./support/browser.ts";
import { ADMIN_TOKEN } from "./support/service.ts";
import type { Visitor } from "./support/visitor.ts";

const suite = withBrowser();

/** What axe finds, in a line each. */
async function faults({ page }: Visitor): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const SETTINGS = [
  ["light", "desktop", DESKTOP],
  ["dark", "phone", PHONE],
] as const;

describe("the page", () => {
  it.each(SETTINGS)(
    "in %s, on a %s, has no fault that axe finds, in any state",
    async (colorScheme, _, size) => {
      const visitor = await suite.visit({ colorScheme, ...size });
      const { page, open, make, made, talkTo, ask } = visitor;
      const name = `Ada ${colorScheme} ${size.viewport.width}`;
      await open(name);
      expect(await faults(visitor)).toEqual([]); // empty, without a token

      await open(name, { hash: `#admin=${ADMIN_TOKEN}` });
      await page.reload(); // a fragment alone is no new page
      await page.getByLabel("Name", { exact: true }).fill(name);
      const error = { message: "No.", type: "invalid_request_error", code: null };
      await suite.service.script(name, [{ status: 400, body: { error } }]);
      await make();
      await page.getByRole("alert").waitFor();
      expect(await faults(visitor)).toEqual([]); // failed

      await page.getByRole("button", { name: "Try again" }).click();
      await made();
      await talkTo(0);
      await ask("What is a deductible?");
      await page.getByText("Answered", { exact: true }).waitFor();
      await page.getByText("The same as a table").click();
      expect(await faults(visitor)).toEqual([]); // done
      await page.emulateMedia({ colorScheme: colorScheme === "light" ? "dark" : "light" });
      expect(await faults(visitor)).toEqual([]);

      const text =
        "A **plan**\n\n| a | b |\n|---|---|\n| c | `d` |\n\n1. [e](https://plans.example)\n\nAnd more";
      const broken = {
        content: text,
        errorAfterChunks: { chunks: 40, error: { ...error, code: "server_error" } },
      };
      await suite.service.script(`table for ${name}`, [broken]);
      await ask(`A table for ${name}, and 219-09-9999`);
      await page.locator(".message-end").getByText("The answer broke off here.").waitFor();
      expect(await faults(visitor)).toEqual([]); // broken off, in Markdown, and with something removed

      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect(scrollWidth).toBe(clientWidth); // nothing hangs over the edge
    },
  );

  it("can be used with the keyboard alone", async () => {
    const visitor = await suite.visit();
    const { page, open, made } = visitor;
    await open("Bea with a keyboard");
    await page.keyboard.press("Enter");
    await made();
    const talk = page.getByRole("button", { name: /^Ask for/ }).first();
    await talk.focus();
    await page.keyboard.press("Enter");
    await page.locator("h2:focus").waitFor(); // the chat's, once it is loaded
    await page.keyboard.press("Tab"); // from there to the switch
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("switch");
    await page.getByRole("button", { name: "Make personas" }).focus();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Make personas");
  });

  it("describes the API without a fault too", async () => {
    const visitor = await suite.visit({ colorScheme: "dark" });
    await visitor.page.goto(`${suite.service.worker.origin}/docs`);
    expect(await faults(visitor)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});
