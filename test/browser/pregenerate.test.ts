import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../../dev/browser/launch.ts";
import { ADMIN_TOKEN, type Service, startService } from "./support/service.ts";
import { visit } from "./support/visitor.ts";

let browser: Browser;
let service: Service;

beforeAll(async () => {
  [browser, service] = await Promise.all([launchBrowser(), startService()]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

it("starts a job from pasted JSON in the admin's panel, and shows how far it is and what failed", async () => {
  const { page, open, close } = await visit(browser, service.worker.origin);
  await open("Ann of the job", { hash: `#admin=${ADMIN_TOKEN}` });
  await page.getByText("Make sets before visitors ask").click();
  const inputs = page.getByLabel("Inputs, as JSON");
  const start = page.getByRole("button", { name: "Start" });
  await inputs.fill("[{]");
  await start.click();
  await page.getByRole("alert").filter({ hasText: "JSON" }).waitFor();

  await service.script("Bob who is refused", [{ refusal: "I would rather not." }]);
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
