import { describe, expect, it } from "vitest";
import { createSharedLookups } from "../../src/personas/cache/shared-lookup.ts";

const KEY = { key: "k", baseUrl: "https://a.test" };
const OTHER_URL = { key: "k", baseUrl: "https://b.test" };

/** Look-ups that are answered when the test says so. */
function openLookups() {
  const begun: PromiseWithResolvers<string>[] = [];
  const lookups = createSharedLookups<string>(Date.now);
  const look = () => {
    const one = Promise.withResolvers<string>();
    begun.push(one);
    return one.promise;
  };
  return { begun, lookups, ask: (cacheKey = KEY) => lookups.find(cacheKey, look) };
}

describe("a look-up", () => {
  it("is one for all who ask for the same meanwhile, and none for those who come after it", async () => {
    const { begun, ask } = openLookups();
    const asked = [ask(), ask(), ask()];
    const elsewhere = ask(OTHER_URL);
    expect(begun).toHaveLength(2);
    begun[0]?.resolve("first");
    begun[1]?.resolve("elsewhere");
    expect(await Promise.all([...asked, elsewhere])).toEqual(["first", "first", "first", "elsewhere"]);
    const later = ask();
    begun[2]?.resolve("anew");
    expect(await later).toBe("anew");
  });

  it("whose request was cancelled keeps nobody waiting", async () => {
    const { begun, ask } = openLookups();
    void ask();
    const next = ask();
    await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(2);
    begun[1]?.resolve("own");
    expect(await next).toBe("own");
  });

  it("that fails fails for the one who began it; the others look themselves", async () => {
    const { begun, ask } = openLookups();
    const [first, second] = [ask(), ask()];
    begun[0]?.reject(new Error("D1 is away"));
    await expect(first).rejects.toThrow("D1 is away");
    await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(2);
    begun[1]?.resolve("there");
    expect(await second).toBe("there");
  });

  it("of a set that has changed meanwhile is not taken by those who come after the change", async () => {
    const { begun, ask, lookups } = openLookups();
    const before = ask();
    lookups.drop("k");
    const after = ask();
    expect(begun).toHaveLength(2);
    begun[0]?.resolve("old");
    begun[1]?.resolve("new");
    expect(await Promise.all([before, after])).toEqual(["old", "new"]);
  });
});
