import { describe, expect, it } from "vitest";
import { type Asked, decide, type Remembered } from "../../src/idempotency/decision.ts";
import { idempotencyKey } from "../../src/idempotency/request-key.ts";

describe("an Idempotency-Key", () => {
  it("is the same bare and quoted, as the draft writes it", () => {
    for (const key of ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "!#$%&'()*+,-./~", "k".repeat(255)]) {
      expect(idempotencyKey(key)).toBe(key);
      expect(idempotencyKey(`"${key}"`)).toBe(key);
    }
    expect(idempotencyKey('"a\\"b\\\\c"')).toBe('a"b\\c');
    expect(idempotencyKey('"unbalanced')).toBe('"unbalanced');
  });

  it("may be missing", () => {
    expect([idempotencyKey(null), idempotencyKey(undefined)]).toEqual([undefined, undefined]);
  });

  it.each([
    "",
    '""',
    " ",
    "a b",
    '"a b"',
    "a, b",
    "é",
    "\u007f",
    "a\tb",
    "k".repeat(256),
    `"${"k".repeat(256)}"`,
  ])("is malformed where it is %o", (key) =>
    expect(() => idempotencyKey(key)).toThrow("invalid_idempotency_key"),
  );
});

const ENDED = 1_000_000;
const REMEMBER = 10_000;

function record(state: Remembered["state"], fingerprint = "same"): Remembered {
  return { state, fingerprint, endedAt: state === "running" ? null : ENDED };
}

function decision(first: Remembered | undefined, asked: Partial<Asked> = {}, now = ENDED + REMEMBER - 1) {
  return decide(first, { fingerprint: "same", keyed: true, rememberMs: REMEMBER, ...asked }, now);
}

describe("what a request does where one came before", () => {
  it("makes the answer where there was none", () => {
    expect(decision(undefined)).toBe("claim");
  });

  it("joins it while it runs, however long that is", () => {
    expect(decision(record("running"), {}, ENDED * 2)).toBe("join");
  });

  it("gets its answer to the last millisecond, and not after", () => {
    expect(decision(record("done"))).toBe("replay");
    expect(decision(record("done"), {}, ENDED + REMEMBER)).toBe("restart");
    expect(decision(record("done"), { rememberMs: 0 }, ENDED)).toBe("restart");
  });

  it("makes the answer anew where it failed, whatever it asked", () => {
    expect(decision(record("error"))).toBe("restart");
    expect(decision(record("error", "other"), {}, ENDED)).toBe("restart");
  });

  it("gets a stopped answer by its key alone", () => {
    expect(decision(record("stopped"))).toBe("replay");
    expect(decision(record("stopped"), { keyed: false }, ENDED)).toBe("restart");
  });

  it("is refused where the key was another request's, while that runs or is remembered", () => {
    for (const state of ["running", "done", "stopped"] as const)
      expect(decision(record(state, "other"))).toBe("mismatch");
    expect(decision(record("done", "other"), {}, ENDED + REMEMBER)).toBe("restart");
  });
});
