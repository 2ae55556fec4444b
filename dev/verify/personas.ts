import { randomUUID } from "node:crypto";
import { asRecord } from "../json.ts";
import { Broken, expect, jsonOf, type Service } from "./service.ts";
import { type Checks, firstOf, type MadeSet } from "./session.ts";

const GENERATE = "/api/personas/generate";

export const personaChecks: Checks = {
  async "fifty at once are one run"({ madeSet }) {
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

  async "the same again is from a cache"({ service, madeSet }) {
    const { body, setId } = await madeSet();
    const answer = await service.ask(GENERATE, { body });
    const again = jsonOf(answer);
    const from = answer.header("Cache-Status") ?? "nothing";
    expect(/^asknewton-(memory|edge|d1); hit$/.test(from), `its Cache-Status is ${from}`);
    expect(again.fromCache === true && again.setId === setId, "it is another set, or not said to be cached");
    return from;
  },

  async "only-if-cached buys nothing"({ service }) {
    const body = { leadData: { verification: randomUUID() } };
    const headers = { "Cache-Control": "only-if-cached" };
    const { code } = await service.json(GENERATE, { body, headers }, 504);
    expect(code === "not_cached", `its code is ${code}`);
    return "504 not_cached";
  },
};

/** What the service says of the set, and whether it is the same a moment later: 304, or another ETag. */
async function showTwice(service: Service, { setId, persona }: MadeSet) {
  const path = `/api/personas/${setId}`;
  const answer = await service.ask(path);
  const etag = answer.header("ETag");
  const { id, imageStatus } = firstOf(jsonOf(answer).personas);
  expect(id === persona.id, "it shows another persona");
  expect(etag !== null, "it has no ETag");
  const { status, header } = await service.ask(path, { headers: { "If-None-Match": etag } });
  const hasChanged = status === 200 && header("ETag") !== etag;
  expect(status === 304 || hasChanged, `with its ETag it answers ${status}`);
  return { status, imageStatus };
}

/** After the portrait's, whose state its 304 depends on. */
export const shownChecks: Checks = {
  async "a set by its id, and 304"({ service, madeSet }) {
    const set = await madeSet();
    // Its portrait may become ready between the two, once.
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, imageStatus } = await showTwice(service, set);
      if (status === 304) return `200, then 304, its portrait ${imageStatus}`;
    }
    throw new Broken("it changes each time that it is asked for");
  },
};

/** Last, since all that was made goes with it: chats were about the set's persona. */
export const erasedChecks: Checks = {
  async "all of it is erased"({ service, madeSet }) {
    const { email, setId } = await madeSet();
    const { erased } = await service.admin("/api/admin/erase", { body: { email } });
    const sets = asRecord(erased)?.sets;
    expect(sets === 1, `${sets} sets were erased`);
    const gone = await service.json(`/api/personas/${setId}`, {}, 404);
    expect(gone.code === "not_found", `the set's code is ${gone.code}`);
    return JSON.stringify(erased).replace(/["{}]/g, "").replaceAll(",", ", ");
  },
};
