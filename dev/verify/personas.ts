import { expect, jsonOf } from "./service.ts";
import type { Check } from "./session.ts";

const collapsed: Check = {
  name: "fifty at once are one run",
  async run({ madeSet }) {
    const { cacheStatus } = await madeSet();
    const starters = cacheStatus.filter((one) => one === "asknewton; fwd=miss");
    expect(starters.length === 1, `${starters.length} of them started a run`);
    const rest = cacheStatus.filter((one) => /; collapsed$|; hit$/.test(one));
    expect(rest.length === cacheStatus.length - 1, `the others say ${[...new Set(cacheStatus)].join(", ")}`);
    return `1 started, ${rest.length} joined`;
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

const shown: Check = {
  name: "a set by its id, and 304",
  async run({ service, madeSet }) {
    const { setId, persona } = await madeSet();
    const response = await service.ask(`/api/personas/${setId}`);
    const etag = response.headers.get("ETag");
    const { personas } = await jsonOf(response);
    const [first] = Array.isArray(personas) ? personas : [];
    expect(Object(first).id === persona.id, "it shows another persona");
    expect(etag !== null, "it has no ETag");
    if (Object(first).imageStatus === "pending") return "its portrait is not ready, so 304 was not tried";
    const again = await service.ask(`/api/personas/${setId}`, { headers: { "If-None-Match": etag } });
    await again.body?.cancel();
    expect(again.status === 304, `with its ETag it answers ${again.status}`);
    return "200, then 304";
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
