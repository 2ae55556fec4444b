import { describe, expect, it } from "vitest";
import { allOf, keepsToItself, listenToLog } from "../support/discretion.ts";
import { type GuardedRoute, nameOf, ROUTES } from "../support/guarded-routes.ts";
import { HOSTILE_HEADERS, MARK } from "../support/hostile-headers.ts";
import { credentialsFor, isRefused, knock } from "../support/knock.ts";

const CASES = HOSTILE_HEADERS.flatMap(([name, values]) => values.map((value) => ({ name, value })));
const valuesOf = (header: string) => CASES.filter(({ name }) => name === header).map(({ value }) => value);

/** The headers that a route reads, and refuses where they are not as they must be. */
function readBy({ keyed, resumes }: GuardedRoute): string[] {
  return [...(keyed ? ["Idempotency-Key"] : []), ...(resumes ? ["Last-Event-ID"] : [])];
}

const routes = ROUTES.map((route) => ({ name: nameOf(route), route }));

describe.each(routes)("$name", ({ route }) => {
  it("is not led astray by a header that it does not read, and repeats none", async () => {
    const log = listenToLog();
    // One caller who says the same each time: what costs money is paid for once.
    const credentials = await credentialsFor(route);
    const body = route.body && JSON.stringify(route.body.with("the same words"));
    for (const { name, value } of CASES.filter((given) => !readBy(route).includes(given.name))) {
      const headers = { ...credentials, [name]: value };
      const response = await knock(route, { headers, ...(body && { body }) });
      const text = await allOf(response);
      expect(response.status, `${name}: ${value.slice(0, 80)}\n${text}`).toBe(route.status);
      keepsToItself(text, MARK);
    }
    expect(log.lines()).toContain('"event":"request"');
    keepsToItself(log.lines(), MARK);
  });
});

describe.each(routes.filter(({ route }) => route.keyed))("the Idempotency-Key of $name", ({ route }) => {
  it.each(valuesOf("Idempotency-Key"))("is not %j", async (key) => {
    const response = await knock(route, { headers: { "Idempotency-Key": key } });
    await isRefused(response, [400, "invalid_idempotency_key"], MARK);
  });

  it("may have 255 characters, visible ones, and quotes around them", async () => {
    for (const key of [
      "k".repeat(255),
      "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
      '"a \\"quoted\\" one"'.replaceAll(" ", "-"),
    ]) {
      const response = await knock(route, { headers: { "Idempotency-Key": key } });
      expect([key, response.status]).toEqual([key, route.status]);
      await response.text();
    }
  });
});

describe.each(routes.filter(({ route }) => route.resumes))("the place to go on in $name", ({ route }) => {
  const places = valuesOf("Last-Event-ID");

  it.each(places)("is not %j", async (place) => {
    const byHeader = await knock(route, { headers: { "Last-Event-ID": place }, query: "?after=1" });
    const { errors } = await isRefused(byHeader, [400, "invalid_request"], MARK);
    expect(errors).toEqual([{ path: "/Last-Event-ID", message: "must be a plain whole number" }]);
    const byQuery = await knock(route, { query: `?after=${encodeURIComponent(place)}` });
    await isRefused(byQuery, [400, "invalid_request"], MARK);
  });
});
