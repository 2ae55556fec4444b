import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHasher, sha256 } from "../../src/hash.ts";
import { type KeyOptions, personaInput, toSubject } from "../../src/personas/key.ts";
import type { GenerateRequest } from "../../src/personas/schema.ts";

const OPTIONS: KeyOptions = { scope: "subject", ignored: [], model: "m", promptVersion: 1, hash: sha256 };

function keyOf(request: GenerateRequest, options: Partial<KeyOptions> = {}, user?: string): string {
  return personaInput(request, toSubject(request.email, user), { ...OPTIONS, ...options }).key;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const names = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "toString", "a", "10", "9", "é", "é"),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("json"), { maxLength: 4 }),
    fc
      .array(fc.tuple(names, tie("json")), { maxLength: 4 })
      .map((members) => Object.fromEntries(members) as Json),
  ),
}));
const leads = fc.array(fc.tuple(names, json), { maxLength: 5 }).map((members) => Object.fromEntries(members));

/**
 * The same value, written another way: members turned round, spaces, exponents, escapes in text. Names are not
 * escaped: beside a member called __proto__, V8 13's JSON.parse now and then reads the name "\\u0061" as "\\".
 */
function respell(value: Json): string {
  if (Array.isArray(value)) return `[ ${value.map(respell).join(" ,\n")} ]`;
  if (typeof value === "number") return value === 0 ? "0.0e1" : value.toExponential();
  if (typeof value === "string") return JSON.stringify(value).replaceAll("a", "\\u0061");
  if (value === null || typeof value !== "object") return ` ${String(value)}\t`;
  const members = Object.entries(value).reverse();
  return `{${members.map(([name, member]) => `${JSON.stringify(name)} : ${respell(member)}`).join(",")}}`;
}

/** Every way to change one thing somewhere in a value, but never into itself. */
function mutate(value: Json, pick: number): Json {
  if (Array.isArray(value) && value.length > 0) {
    const at = pick % value.length;
    return value.map((member, index) => (index === at ? mutate(member, pick >> 1) : member));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    const entries = Object.entries(value);
    const at = pick % entries.length;
    if (pick % 5 === 0) return Object.fromEntries(entries.filter((_, index) => index !== at)) as Json;
    const changed = entries.map(([name, member], index) => [
      name,
      index === at ? mutate(member, pick >> 1) : member,
    ]);
    return Object.fromEntries(changed) as Json;
  }
  if (typeof value === "number") return value === 0.5 ? 0.25 : 0.5;
  if (typeof value === "string") return `${value}!`;
  if (typeof value === "boolean") return !value;
  return value === null ? false : [null];
}

describe("equal inputs", () => {
  it("share a key in any member order, white space and spelling", () => {
    fc.assert(
      fc.property(leads, leads, (leadData, config) => {
        const request = { leadData, config: { ...config, count: 4 } };
        const respelled = JSON.parse(respell(request as Json)) as GenerateRequest;
        expect(keyOf(respelled)).toBe(keyOf(request));
      }),
      { numRuns: 1_000 },
    );
  });

  it("share a key where a default is written out, and however the e-mail is written", () => {
    const request = { leadData: { name: "Ann" } };
    expect(keyOf({ ...request, config: { count: 3 } })).toBe(keyOf(request));
    expect(keyOf({ ...request, config: {} })).toBe(keyOf(request));
    expect(keyOf({ ...request, email: " ANN@example.org" })).toBe(
      keyOf({ ...request, email: "ann@example.org" }),
    );
  });

  it("make equal prompts", () => {
    const one = personaInput({ leadData: { a: 1, b: 2 } }, {}, OPTIONS);
    expect(personaInput({ leadData: { b: 2.0, a: 1 } }, {}, OPTIONS).lead).toBe(one.lead);
  });
});

describe("different inputs", () => {
  it("never share a key, however deep the difference", () => {
    fc.assert(
      fc.property(leads, fc.nat(), (leadData, pick) => {
        fc.pre(Object.keys(leadData).length > 0);
        const changed = mutate(leadData as Json, pick) as Record<string, unknown>;
        expect(keyOf({ leadData: changed })).not.toBe(keyOf({ leadData }));
        expect(keyOf({ leadData, config: changed })).not.toBe(keyOf({ leadData, config: leadData }));
      }),
      { numRuns: 1_000 },
    );
  });

  it("never share a key where only subject, model or prompt differ", () => {
    const leadData = { name: "Ann" };
    const keys = [
      keyOf({ leadData }),
      keyOf({ leadData, email: "a@example.org" }),
      keyOf({ leadData }, {}, "a@example.org"),
      keyOf({ leadData, email: "a@example.org" }, {}, "a@example.org"),
      keyOf({ leadData }, { model: "other" }),
      keyOf({ leadData }, { promptVersion: 2 }),
      keyOf({ leadData }, { hash: createHasher("secret") }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("do not collide as they do under the seed documents' stableStringify, which drops nested members", () => {
    const stableStringify = (value: object) => JSON.stringify(value, Object.keys(value).sort());
    const ann = { leadData: { name: "Ann", age: 30 }, config: {} };
    const bob = { leadData: { name: "Bob", age: 62 }, config: {} };
    expect(stableStringify(ann)).toBe(stableStringify(bob)); // the error: two people, one entry
    expect(keyOf(ann)).not.toBe(keyOf(bob));
  });
});

describe("PERSONA_CACHE_SCOPE=shared", () => {
  it("leaves the subject out of the key", () => {
    const leadData = { name: "Ann" };
    const one = keyOf({ leadData, email: "a@example.org" }, { scope: "shared" }, "user");
    expect(keyOf({ leadData }, { scope: "shared" })).toBe(one);
  });
});

describe("PERSONA_IGNORED_FIELDS", () => {
  const ignored = [["createdAt"], ["utm_*"], ["meta", "session*Id"], ["children", "*", "id"]];
  const lead = { name: "Ann", meta: { region: 1 }, children: [{ age: 3 }, { age: 5 }] };
  const noisy = {
    ...lead,
    createdAt: "2026-11-22",
    utm_source: "mail",
    utm_: 1,
    meta: { region: 1, sessionId: 9, sessionXyzId: 8 },
    children: [
      { age: 3, id: "x" },
      { age: 5, id: "y" },
    ],
  };

  it("leaves them out of the key and of the prompt alike", () => {
    const options = { ...OPTIONS, ignored };
    expect(personaInput({ leadData: noisy }, {}, options)).toEqual(
      personaInput({ leadData: lead }, {}, options),
    );
  });

  it("leaves everything else in", () => {
    const others = [
      { ...lead, createdat: 1 },
      { ...lead, xutm_source: 1 },
      { ...lead, meta: { region: 1, session: 1 } },
      { ...lead, deep: { createdAt: 1 } },
      { ...lead, children: [{ age: 3 }, { age: 6 }] },
    ];
    const keys = [lead, ...others].map((leadData) => keyOf({ leadData }, { ignored }));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
