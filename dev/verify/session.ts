import { randomUUID } from "node:crypto";
import { expect, type Json, jsonOf, type Service } from "./service.ts";

const AT_ONCE = 50;

/** One set of one persona, made for this run and erased with it: its portrait is most of what a run costs. */
export interface MadeSet {
  readonly email: string;
  readonly body: Json;
  readonly setId: string;
  readonly persona: Json;
  readonly imageWidths: readonly number[];
  /** `Cache-Status` of each of those who asked at once. */
  readonly cacheStatus: readonly string[];
  /** Runs of anybody's that the stats have counted meanwhile; undefined without the administrator's token. */
  readonly runs: number | undefined;
}

async function makeSet(service: Service): Promise<MadeSet> {
  const email = `verify-${randomUUID()}@example.com`;
  const leadData = { verification: randomUUID(), age: 41, state: "OH", household: 2 };
  const body = { leadData, config: { count: 1 }, email };
  const ask = () => service.ask("/api/personas/generate", { body });
  const before = await runsToday(service);
  const responses = await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const after = await runsToday(service);
  const sets = await Promise.all(responses.map((response) => jsonOf(response)));
  const [first = {}] = sets;
  const all = new Set(sets.map(({ setId, personas }) => JSON.stringify([setId, idOf(personas)])));
  expect(all.size === 1, `${AT_ONCE} who asked the same at once got ${all.size} different sets`);
  const cacheStatus = responses.map(({ headers }) => headers.get("Cache-Status") ?? "");
  const imageWidths = Array.isArray(first.imageWidths) ? first.imageWidths.map(Number) : [];
  return {
    email,
    body,
    setId: String(first.setId),
    persona: firstOf(first.personas),
    imageWidths,
    cacheStatus,
    runs: before === undefined || after === undefined ? undefined : after - before,
  };
}

async function runsToday(service: Service): Promise<number | undefined> {
  if (!service.hasAdmin) return undefined;
  const { totals } = await jsonOf(await service.admin("/api/admin/stats?days=1"));
  return Number((Object(totals) as Json).generated);
}

const firstOf = (personas: unknown): Json => Object(Array.isArray(personas) ? personas[0] : {}) as Json;
const idOf = (personas: unknown) => firstOf(personas).id;

/** What the checks share: the set is made when the first of them needs it. */
export function createSession(service: Service) {
  let set: Promise<MadeSet> | undefined;
  const madeSet = () => {
    set ??= makeSet(service);
    return set;
  };
  return {
    service,
    madeSet,
    /** A chat's body, about the persona that was made: so that it is erased with it. */
    async question(content: string): Promise<Json> {
      const { setId, persona } = await madeSet();
      return { messages: [{ role: "user", content }], persona: { setId, personaId: persona.id } };
    },
  };
}

export type Session = ReturnType<typeof createSession>;

export interface Check {
  readonly name: string;
  /** Resolves with what was seen, in a few words; throws `Broken`. */
  readonly run: (session: Session) => Promise<string>;
  /** The option without which it is not checked. */
  readonly needs?: "--admin-token" | "--origin";
}
