import { describe, expect, it } from "vitest";
import { askAgainIfLost, overloaded, unavailability } from "../../src/http/availability.ts";

const LOST = [
  "D1_ERROR: Network connection lost.",
  "Network connection lost.",
  "D1_ERROR: D1 DB reset because its code was updated.",
  "Durable Object reset because its code was updated.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "Durable Object storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
  "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
  "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
  "get: We encountered an internal error. Please try again. (10001)",
  "put: Service unavailable. (10043)",
];
const OVERLOADED = [
  "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "Durable Object is overloaded. Too many requests for the same object within a 10 second window.",
  "head: Reduce your concurrent request rate for the same object. (10058)",
];
const OTHERS = [
  "D1_ERROR: no such table: persona_cache: SQLITE_ERROR",
  "D1_ERROR: UNIQUE constraint failed: Network connection lost",
  'Failed query: insert … params: {"note":"Durable Object is overloaded"}',
  "my words: Network connection lost.",
  "put: Your metadata headers exceed the maximum allowed metadata size. (10012)",
  "my words: get: We encountered an internal error. (10001)",
];

describe("what the platform says of D1, R2 and objects that cannot be reached", () => {
  it.each(LOST)("is worth another try: %s", (message) => {
    expect(unavailability(new Error(message))).toBe("lost");
    expect(unavailability(new Error("Failed query", { cause: new Error(message) }))).toBe("lost");
  });

  it.each(OVERLOADED)("is left alone: %s", (message) => {
    expect(unavailability(new Error(message))).toBe("overloaded");
  });

  it.each(OTHERS)("is something else: %s", (message) => {
    expect(unavailability(new Error(message))).toBeUndefined();
  });

  it("is told by an exception's properties", () => {
    const withProperties = (properties: object) => Object.assign(new Error("…"), properties);
    expect(unavailability(withProperties({ retryable: true, overloaded: true }))).toBe("overloaded");
    expect(unavailability(withProperties({ retryable: true }))).toBe("lost");
    expect(unavailability(withProperties({ remote: true, durableObjectReset: true }))).toBe("lost");
    expect(unavailability(withProperties({ remote: true }))).toBeUndefined();
    expect(unavailability("Network connection lost.")).toBeUndefined();
  });

  it("ends with a chain of causes that never ends", () => {
    const error = new Error("…");
    error.cause = error;
    expect(unavailability(error)).toBeUndefined();
  });

  it("is answered with a time to come back", () => {
    expect(overloaded(new Error("…"))).toMatchObject({
      code: "overloaded",
      options: { retryAfterSeconds: expect.any(Number) },
    });
  });
});

describe("asking once more", () => {
  const failing = (messages: string[]) => {
    let asked = 0;
    const ask = async () => {
      const message = messages[asked];
      asked += 1;
      if (message !== undefined) throw new Error(message);
      return asked;
    };
    return { ask, asked: () => asked };
  };

  it("happens where the connection was lost, and but once", async () => {
    expect(await askAgainIfLost(failing(["Network connection lost."]).ask)).toBe(2);
    const twice = failing(["Network connection lost.", "Network connection lost."]);
    await expect(askAgainIfLost(twice.ask)).rejects.toThrow("lost");
    expect(twice.asked()).toBe(2);
  });

  it.each([OVERLOADED[0] ?? "", OTHERS[0] ?? ""])("does not happen after %s", async (message) => {
    const once = failing([message]);
    await expect(askAgainIfLost(once.ask)).rejects.toThrow();
    expect(once.asked()).toBe(1);
  });
});
