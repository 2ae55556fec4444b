import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask as askAt, call, generate, newLead, setOf, whenReady } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";

let trips: string[] = [];

/** The first kind whose SQL is in a round trip is what the round trip is for. */
const KINDS: [kind: string, sql: RegExp][] = [
  ["claim", /insert into \W+request_log\W.*returning/],
  ["store", /insert into \W+request_log/],
  ["announce", /insert into \W+persona_images/],
  // No part of a request's answer: a portrait's jobs, and the day a set was last shown, which comes after it.
  ["later", /last_shown_on\W+= \?|lease_owner|image_days|min\(|job_cursors/],
  ["states", /from \W+persona_images\W.*json_each/],
  ["look-up", /from \W+persona_cache/],
];

function kindOf(sql: string): string {
  return KINDS.find(([, pattern]) => pattern.test(sql))?.[0] ?? sql;
}

let unwrap: () => void;
beforeAll(() => {
  unwrap = wrapDatabase((sql, send) => {
    trips.push(kindOf(sql));
    return send();
  });
});
afterAll(() => unwrap());

async function tripsOf(work: () => Promise<Response>) {
  trips = [];
  const response = await work();
  await setOf(response.clone());
  return { trips: trips.filter((kind) => kind !== "later"), from: response.headers.get("Cache-Status") };
}

describe("the D1 round trips of a persona request", () => {
  it("are 2, and one for each portrait, where it is cold, 1 where D1 has it, and else 0", async () => {
    const leadData = newLead();
    const ask = () => generate({ leadData });
    const announce = ["announce", "announce", "announce"];
    expect(await tripsOf(ask)).toEqual({
      trips: ["look-up", ...announce, "store"],
      from: "asknewton; fwd=miss",
    });
    const { setId } = await setOf(await ask());
    await whenReady(setId);
    expect(await tripsOf(ask)).toEqual({ trips: ["look-up"], from: "asknewton-d1; hit" });
    expect(await tripsOf(ask)).toEqual({ trips: [], from: "asknewton-memory; hit" });
    // Memory and edge hold absolute URLs, so under another origin only D1 knows the set.
    const elsewhere = () => {
      const init = { method: "POST", headers: { "Content-Type": "application/json" } };
      const request = new Request("https://other.test/api/personas/generate", init);
      return askAt(new Request(request, { body: JSON.stringify({ leadData }) }));
    };
    expect(await tripsOf(elsewhere)).toEqual({ trips: ["look-up"], from: "asknewton-d1; hit" });
    expect(await tripsOf(elsewhere)).toEqual({ trips: [], from: "asknewton-memory; hit" });
    expect(await tripsOf(() => call(`/api/personas/${setId}`))).toMatchObject({ trips: ["look-up"] });
  });

  it("are one more with a key, which the run's object claims; none is written where a cache answers", async () => {
    const leadData = newLead();
    const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });
    const [first, later] = [newKey(), newKey()];
    const announce = ["announce", "announce", "announce"];
    expect(await tripsOf(() => generate({ leadData }, first))).toEqual({
      trips: ["look-up", "claim", ...announce, "store"],
      from: "asknewton; fwd=miss",
    });
    expect(await tripsOf(() => generate({ leadData }, later))).toEqual({
      trips: ["look-up"],
      from: "asknewton-d1; hit",
    });
    expect(await tripsOf(() => generate({ leadData }, first))).toEqual({
      trips: ["look-up", "states"],
      from: "asknewton-log; hit",
    });
  });
});
