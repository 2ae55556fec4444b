import { randomUUID } from "node:crypto";
import { asRecord, type JsonObject } from "../json.ts";
import { expect, jsonOf, type Service } from "./service.ts";

const AT_ONCE = 50;

export type MadeSet = Awaited<ReturnType<typeof makeSet>>;

type Session = ReturnType<typeof createSession>;

/** Resolves with what was seen, in a few words; throws `Broken`. */
export type Check = (session: Session) => Promise<string>;
/** By the promise that each is about. */
export type Checks = Readonly<Record<string, Check>>;

export function firstOf(list: unknown): JsonObject {
  return asRecord(Array.isArray(list) ? list[0] : undefined) ?? {};
}

/** One set of one persona, made for this run and erased with it: its portrait is most of what a run costs. */
async function makeSet(service: Service) {
  const email = `verify-${randomUUID()}@example.com`;
  const leadData = { verification: randomUUID(), age: 41, state: "OH", household: 2 };
  const body = { leadData, config: { count: 1 }, email };
  const before = await service.totals();
  const ask = () => service.ask("/api/personas/generate", { body });
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const after = await service.totals();
  const sets = answers.map((answer) => jsonOf(answer));
  const [first = {}] = sets;
  const all = new Set(sets.map(({ setId, personas }) => `${setId} ${firstOf(personas).id}`));
  expect(all.size === 1, `${AT_ONCE} who asked the same at once got ${all.size} different sets`);
  return {
    email,
    body,
    setId: String(first.setId),
    persona: firstOf(first.personas),
    imageWidths: Array.isArray(first.imageWidths) ? first.imageWidths.map(Number) : [],
    /** Of each of those who asked at once. */
    cacheStatus: answers.map(({ header }) => header("Cache-Status") ?? ""),
    /** Of anybody, as the stats have counted meanwhile; undefined without the administrator's token. */
    runs: before && after && Number(after.generated) - Number(before.generated),
  };
}

/** What a check has to go by: the set is made when the first of them needs it. */
export function createSession(service: Service) {
  let set: Promise<MadeSet> | undefined;
  const madeSet = () => {
    set ??= makeSet(service);
    return set;
  };
  /** A chat's body, about the persona that was made: so that it is erased with it. */
  async function question(content: string): Promise<JsonObject> {
    const { setId, persona } = await madeSet();
    return { messages: [{ role: "user", content }], persona: { setId, personaId: persona.id } };
  }
  return { service, madeSet, question };
}
