import { describe, expect, inject, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { announce, consumeAll, imageCalls, ledger, newMarker, statusOf } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const PORTRAITS = `${inject("upstream")}/portraits`;
const linked = (url: string): Step => ({ status: 200, body: { data: [{ url }] } });

/** A portrait that the upstream answers so, every time. */
async function portraitOf(step: Step) {
  const marker = newMarker();
  await script(marker, [step], true);
  const [key = ""] = await announce([marker]);
  await consumeAll([key]);
  return { key, row: (await ledger([key]))[0], made: (await imageCalls(marker)).length };
}

describe("a portrait that the upstream gives by its URL", () => {
  it("is fetched once, without the key, and is what its bytes are", async () => {
    const name = newMarker();
    const { key, row, made } = await portraitOf(linked(`${PORTRAITS}/${name}.png`));
    expect(await statusOf(key)).toBe("ready");
    expect(row).toMatchObject({ status: "ready", contentType: "image/webp", attempts: 1 });
    expect(made).toBe(1);
    const fetched = (await calls(`${name}.png`)).filter(({ path }) => path.includes("/portraits/"));
    expect(fetched).toHaveLength(1);
    expect(fetched[0]?.headers).not.toHaveProperty("authorization");
    expect(JSON.stringify(fetched)).not.toContain("test-key");
  });

  it("is followed where it has moved, three times at most", async () => {
    const moved = async (times: number) => {
      const names = Array.from({ length: times + 1 }, () => newMarker());
      for (const [index, name] of names.slice(0, -1).entries())
        await script(`/portraits/${name}`, [
          { status: 302, headers: { location: `${names[index + 1]}` }, body: "" },
        ]);
      return await portraitOf(linked(`${PORTRAITS}/${names[0]}`));
    };
    expect((await moved(3)).row).toMatchObject({ status: "ready" });
    expect(await moved(4)).toMatchObject({ row: { status: "failed", attempts: 1 }, made: 1 });
  });

  it.each<[string, Step]>([
    ["is not found", { status: 404, body: "" }],
    ["is broken", { status: 500, body: "" }],
    ["is dropped", { drop: "before-headers" }],
    ["is no portrait", { imageBase64: btoa("<html>no portrait</html>") }],
    ["is more than 12 MiB", { imageBytes: 12 * 1024 * 1024 + 1 }],
    ["leads to this machine", { status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" }],
    ["leads to a private address", { status: 307, headers: { location: "https://10.0.0.1/" }, body: "" }],
    ["leads nowhere", { status: 301, body: "" }],
  ])("and that %s has failed, once: no second one is bought", async (_, step) => {
    const name = newMarker();
    await script(`/portraits/${name}`, [step], true);
    const { row, made } = await portraitOf(linked(`${PORTRAITS}/${name}`));
    expect(row).toMatchObject({ status: "failed", failure: "upstream_invalid_output", attempts: 1 });
    expect(row?.costUsd).toBeGreaterThan(0);
    expect(made).toBe(1);
    expect(await calls(`/portraits/${name}`)).toHaveLength(1);
  });

  it.each([
    "http://images.example-cdn.com/a.png",
    "https://127.0.0.1/a.png",
    "https://0x7f.1/a.png",
    "https://[::ffff:10.0.0.1]/a.png",
    "https://metadata.google.internal/a",
    "file:///etc/passwd",
    "//no.protocol/a.png",
    "no URL at all",
  ])("at %s is not asked for, and has failed", async (url) => {
    expect(await portraitOf(linked(url))).toMatchObject({
      row: { status: "failed", failure: "upstream_invalid_output", attempts: 1 },
      made: 1,
    });
  });

  it("may take as long as the call may, and has failed then", async () => {
    const name = newMarker();
    await script(`/portraits/${name}`, [{ headersAfterMs: 20_000 }]);
    const { row, made } = await portraitOf(linked(`${PORTRAITS}/${name}`));
    expect(row).toMatchObject({ status: "failed", attempts: 1 });
    expect(made).toBe(1);
  });
});
