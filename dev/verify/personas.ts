import { Broken, expect, jsonOf, type Service } from "./service.ts";
import type { Check, MadeSet } from "./session.ts";

const collapsed: Check = {
  name: "fifty at once are one run",
  async run({ madeSet }) {
    const { cacheStatus, runs } = await madeSet();
    const starters = cacheStatus.filter((one) => one === "asknewton; fwd=miss");
    expect(starters.length === 1, `${starters.length} of them started a run`);
    const rest = cacheStatus.filter((one) => /; collapsed$|; hit$/.test(one));
    expect(rest.length === cacheStatus.length - 1, `the others say ${[...new Set(cacheStatus)].join(", ")}`);
    const counted = runs === undefined ? "" : `, ${runs} counted`;
    // Others may have had runs meanwhile; as many as asked here would be theirs.
    expect(runs === undefined || (runs > 0 && runs < cacheStatus.length), `the stats have${counted}`);
    return `1 started, ${rest.length} joined${counted}`;
  },
};

const cached: Check = {
  name: "the same again is from a cache",
  async run({ service, madeSet }) {
    const { body, setId } = await madeSet();
    const response = await service.ask("/api/personas/generate", { body });
    const again = await jsonOf(response);
    const from = response.headers.get("Cache-Status") ?? "nothing";
    expect(/^asknewton-(memory|edge|d1); hit$/.test(from), `its Cache-Status is ${from}`);
    expect(again.fromCache === true && again.setId === setId, "it is another set, or not said to be cached");
    return from;
  },
};

/** What is told of the set, and whether it is the same a moment later: 304, or another ETag. */
async function showTwice(service: Service, { setId, persona }: MadeSet) {
  const response = await service.ask(`/api/personas/${setId}`);
  const etag = response.headers.get("ETag");
  const { personas } = await jsonOf(response);
  const [first] = Array.isArray(personas) ? personas : [];
  expect(Object(first).id === persona.id, "it shows another persona");
  expect(etag !== null, "it has no ETag");
  const again = await service.ask(`/api/personas/${setId}`, { headers: { "If-None-Match": etag } });
  await again.body?.cancel();
  const hasChanged = again.status === 200 && again.headers.get("ETag") !== etag;
  expect(again.status === 304 || hasChanged, `with its ETag it answers ${again.status}`);
  return { status: again.status, imageStatus: String(Object(first).imageStatus) };
}

const shown: Check = {
  name: "a set by its id, and 304",
  async run({ service, madeSet }) {
    const set = await madeSet();
    // Its portrait may become ready between the two, once.
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, imageStatus } = await showTwice(service, set);
      if (status === 304) return `200, then 304, its portrait ${imageStatus}`;
    }
    throw new Broken("it changes each time that it is asked for");
  },
};

const only: Check = {
  name: "only-if-cached buys nothing",
  async run({ service }) {
    const body = { leadData: { verification: crypto.randomUUID() } };
    const headers = { "Cache-Control": "only-if-cached" };
    const problem = await jsonOf(await service.ask("/api/personas/generate", { body, headers }), 504);
    expect(problem.code === "not_cached", `its code is ${problem.code}`);
    return "504 not_cached";
  },
};

export const personaChecks: readonly Check[] = [collapsed, cached, only];
/** After the portrait's, whose state its 304 depends on. */
export const shownCheck = shown;
