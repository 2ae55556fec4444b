import { expect, it } from "vitest";
import { withBrowser } from "./support/browser.ts";
import { ADMIN_TOKEN } from "./support/service.ts";

const suite = withBrowser();

it("starts a job from pasted JSON in the admin's panel, and shows how far it is and what failed", async () => {
  const { page, open, close } = await suite.visit();
  await open("Ann of the job", { hash: `#admin=${ADMIN_TOKEN}` });
  await page.getByText("Make sets before visitors ask").click();
  const inputs = page.getByLabel("Inputs, as JSON");
  const start = page.getByRole("button", { name: "Start" });
  await inputs.fill("[{]");
  await start.click();
  await page.getByRole("alert").filter({ hasText: "JSON" }).waitFor();

  await suite.service.script("Bob who is refused", [{ refusal: "I would rather not." }]);
  const leads = ["Ann who is made", "Bob who is refused"].map((name) => ({ leadData: { name } }));
  await inputs.fill(JSON.stringify(leads));
  await start.click();
  await page.getByText("done: 1 of 2 sets, 3 portraits").waitFor({ timeout: 40_000 });
  await page.getByText("Input 1: model_refusal").waitFor();
  await page.getByText("Sets that jobs made: 1, of which 0 were used since and 1 not yet.").waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  expect(await page.getByRole("progressbar").getAttribute("value")).toBe("5");
  await close();
});
