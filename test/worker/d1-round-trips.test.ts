import { env, exports } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate, newLead, setOf } from "../support/api.ts";

/** Every statement and every batch, the Worker's and the Durable Objects', leaves through this one method. */
interface Session {
  _wrappedFetch(...args: unknown[]): unknown;
}

const session = Object.getPrototypeOf(env.DB.withSession()) as Session;
const original = session._wrappedFetch;
let trips = 0;

beforeAll(() => {
  session._wrappedFetch = function (this: Session, ...args) {
    trips += 1;
    return original.apply(this, args);
  };
});
afterAll(() => {
  session._wrappedFetch = original;
});

async function tripsOf(work: () => Promise<Response>) {
  trips = 0;
  const response = await work();
  await setOf(response.clone());
  return { trips, from: response.headers.get("Cache-Status") };
}

describe("the D1 round trips of a persona request", () => {
  it("are 2 where it is cold, 1 where D1 has it and 0 where memory or the edge has it", async () => {
    const leadData = newLead();
    const ask = () => generate({ leadData });
    expect(await tripsOf(ask)).toEqual({ trips: 2, from: "asknewton; fwd=miss" });
    expect(await tripsOf(ask)).toEqual({ trips: 0, from: "asknewton-memory; hit" });
    // Memory and edge hold absolute URLs, so under another origin only D1 knows the set.
    const elsewhere = () => {
      const init = { method: "POST", headers: { "Content-Type": "application/json" } };
      const request = new Request("https://other.test/api/personas/generate", init);
      return exports.default.fetch(new Request(request, { body: JSON.stringify({ leadData }) }));
    };
    expect(await tripsOf(elsewhere)).toEqual({ trips: 1, from: "asknewton-d1; hit" });
    expect(await tripsOf(elsewhere)).toEqual({ trips: 0, from: "asknewton-memory; hit" });
  });
});
