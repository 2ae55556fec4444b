import { describe, expect, it } from "vitest";
import { withBrowser } from "./support/browser.ts";
import { ADMIN_TOKEN } from "./support/service.ts";
import type { Visitor } from "./support/visitor.ts";

const DAY_MS = 86_400_000;

const suite = withBrowser();

const arrive = async () => {
  const visitor = await suite.visit();
  return visitor;
};

describe("a person", () => {
  it("makes personas, sees where they came from, chats, stops, and sees what was saved", async () => {
    const { page, open, make, made, talkTo, ask, answer, complaints } = await arrive();
    await open("Ann of the flow", { hash: `#admin=${ADMIN_TOKEN}` });
    expect(page.url()).not.toContain(ADMIN_TOKEN);
    await page.getByText("offline stand-in for OpenAI").waitFor();
    await make();
    await made();
    expect(await page.getByRole("article").count()).toBe(3);
    await page.locator(".badge").getByText("Made by the model").waitFor();
    await make();
    await page
      .locator(".badge")
      .getByText(/^From (the database|the edge cache|this server's memory)$/)
      .waitFor();

    await talkTo(0);
    const heading = page.getByRole("heading", { name: /^Newton, for/ });
    expect(await heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await ask("What is a deductible?");
    await page.getByText("Answered", { exact: true }).waitFor();
    expect((await answer()).length).toBeGreaterThan(100);

    await suite.service.pace({ match: "a very long answer", tokensPerSecond: 5 });
    await ask("Now give me a very long answer about networks.");
    await page.getByText("Newton is writing").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Refresh" }).click();
    const saved = page.locator('.figures [data-name="Saved"] dd');
    await expect.poll(() => saved.textContent()).not.toBe("$0.00");
    await page.getByText("The same as a table").click();
    expect(await page.getByRole("row").count()).toBe(8);
    expect(complaints).toEqual([]);
  });

  it("opens the admin's link in a tab that has the page: what was saved is shown, the token is not", async () => {
    const { page, open, complaints } = await arrive();
    await open("Abe of the link");
    await page.getByLabel("Admin token").waitFor();
    await page.goto(`${suite.service.worker.origin}/#admin=${ADMIN_TOKEN}`);
    await page.locator('.figures [data-name="Saved"]').waitFor();
    expect(page.url()).not.toContain(ADMIN_TOKEN);
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Abe of the link"); // nothing was loaded anew
    expect(complaints).toEqual([]);
  });

  it("sees each placeholder at once, its portrait a moment later, and it again after the server was restarted", async () => {
    const { page, open, make, made, complaints } = await arrive();
    const seen: string[] = [];
    page.on("response", (response) => {
      const state = response.headers()["x-image-status"];
      if (state) seen.push(state);
    });
    await suite.service.pace({ imageMs: 1_000 });
    await open("Ben of the portraits");
    await make();
    await made();
    const ready = page.getByRole("img", { name: /^AI-generated portrait of [^(]+$/ });
    const drawn = () =>
      ready.evaluateAll(
        (all) =>
          (all as HTMLImageElement[]).filter(
            ({ currentSrc, naturalWidth }) => currentSrc.includes("?width=") && naturalWidth > 0,
          ).length,
      );
    await expect.poll(drawn, { timeout: 20_000 }).toBe(3);
    expect(seen.filter((state) => state === "pending")).toHaveLength(3);
    expect(seen.filter((state) => state === "ready")).toHaveLength(3);

    await suite.service.worker.kill();
    const retired = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
    suite.service.worker.sql(
      `INSERT INTO models (name, shutdown_date, checked_at) VALUES ('gpt-6.1-terra', '${retired}', ${Date.now()})`,
    );
    await suite.service.worker.start();
    seen.length = 0;
    await open("Ben of the portraits");
    await make();
    await page.locator(".badge").getByText("From the database").waitFor();
    await expect.poll(drawn).toBe(3);
    await page.getByText(retired).waitFor(); // a model's last day, for all to see
    expect(seen).not.toContain("pending");
    expect(complaints).toEqual([]);
  });

  it("pays once for a double click", async () => {
    const { page, open, made, complaints } = await arrive();
    await open("Cleo of the double click");
    await page.getByRole("button", { name: "Make personas" }).dblclick();
    await made();
    expect(await suite.service.calls("Cleo of the double click")).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it("pays once for the same question in two tabs, and both get the answer", async () => {
    const first = await arrive();
    const second = await suite.visit();
    await suite.service.pace({ match: "Dora of two tabs", ttftMs: 800 });
    for (const tab of [first, second]) await tab.open("Dora of two tabs");
    await Promise.all([first.make(), second.make()]);
    await Promise.all([first.made(), second.made()]);
    const names = (tab: Visitor) => tab.page.getByRole("article").getByRole("heading").allTextContents();
    expect(await names(second)).toEqual(await names(first));
    expect(await suite.service.calls("Dora of two tabs")).toHaveLength(1);
    expect([...first.complaints, ...second.complaints]).toEqual([]);
    await second.close();
  });

  it("is told in words what went wrong, and tries again", async () => {
    const { page, open, make, made } = await arrive();
    const error = { message: "You exceeded it.", type: "insufficient_quota", code: "insufficient_quota" };
    await suite.service.script("Eve without luck", [{ status: 429, body: { error } }]);
    await open("Eve without luck");
    await make();
    await page.getByRole("alert").getByText("The model account is out of credit").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await made();
  });
});
