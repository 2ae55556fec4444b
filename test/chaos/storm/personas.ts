import type { Question } from "../evidence/evidence.ts";
import type { Ask, StreamReply } from "./caller.ts";
import type { Event } from "./stream.ts";
import { anySet, remember, type Visitor } from "./visitor.ts";

interface Persona {
  readonly id: string;
  readonly name: string;
  readonly imageUrl: string;
}

export interface PersonaSet {
  readonly setId: string;
  readonly personas: readonly Persona[];
}

const PATH = "/api/personas/generate";

function bodyOf({ mark, count }: Question, { person }: Visitor) {
  return { leadData: { mark, person: person.name }, config: { count }, email: person.email };
}

/** What was told, whole or not, and whose portraits they are. */
export function noteSet(
  visitor: Visitor,
  question: Question,
  what: string,
  set: Partial<PersonaSet>,
  whole: boolean,
) {
  const { personas = [], setId } = set;
  const text = personas.map(({ name }) => name).join("\n");
  if (text !== "") visitor.answers.push({ mark: question.mark, what, whole, text });
  for (const { imageUrl } of personas) {
    visitor.portraitsOf.set(imageUrl.split("/").at(-1) ?? "", question.person ?? "");
  }
  if (whole && setId) remember(visitor, { question, setId, personaIds: personas.map(({ id }) => id) });
}

/** The personas since the last reset. */
function fromEvents(events: readonly Event[]): { set: Partial<PersonaSet>; whole: boolean } {
  const current = events.slice(events.findLastIndex(({ reset }) => reset) + 1);
  const personas = current.flatMap(({ persona }) => (persona ? [persona as Persona] : []));
  const last = events.at(-1);
  return { set: { personas, setId: String(last?.setId ?? "") }, whole: last?.done === true };
}

/** Follows a stream to its end, where the visitor comes back each time that the connection goes. */
export async function resumeToEnd(
  visitor: Visitor,
  ask: Ask,
  route: string,
  first: StreamReply,
): Promise<Event[]> {
  const events = [...first.events];
  for (let tries = 0; tries < 6; tries += 1) {
    const { id: after = 0, done, error }: Partial<Event> = events.at(-1) ?? {};
    if (done || error || first.streamId === "") break;
    const { random } = visitor;
    const hangUpAfter = random.helpers.maybe(() => random.number.int({ min: 1, max: 9 }), {
      probability: 0.3,
    });
    const headers = { ...ask.headers, "Last-Event-ID": String(after) };
    const path = `${route}/${first.streamId}`;
    const more = await visitor.caller.stream(
      { what: `${ask.what}, resumed`, ...(ask.mark && { mark: ask.mark }), path, headers },
      { after: Number(after), hangUpAfter },
    );
    if (!more || more.status === 204) break;
    events.push(...more.events);
  }
  return events;
}

async function askOnce(visitor: Visitor, question: Question, headers: Record<string, string>): Promise<void> {
  const { random, caller } = visitor;
  const stream = random.datatype.boolean();
  const what = stream ? "personas as a stream" : "personas";
  const hangUpMs = random.helpers.maybe(() => random.number.int({ min: 1, max: 900 }), { probability: 0.2 });
  const ask = {
    what,
    mark: question.mark,
    method: "POST",
    path: PATH,
    headers,
    body: bodyOf(question, visitor),
  };
  if (!stream) {
    const set = await caller.json<PersonaSet>({ ...ask, hangUpMs });
    if (set) noteSet(visitor, question, what, set, true);
    return;
  }
  const hangUpAfter = random.helpers.maybe(() => random.number.int({ min: 1, max: 3 }), { probability: 0.3 });
  const first = await caller.stream(
    { ...ask, headers: { ...headers, Accept: "text/event-stream" } },
    { hangUpAfter },
  );
  if (!first) return;
  const comesBack = random.number.float() < 0.7;
  const events = comesBack
    ? await resumeToEnd(visitor, { ...ask, headers }, "/api/personas/generations", first)
    : first.events;
  const { set, whole } = fromEvents(events);
  noteSet(visitor, question, what, set, whole);
}

/** The same question several times at once, and once more afterwards. */
export async function askPersonas(visitor: Visitor): Promise<void> {
  const { random } = visitor;
  const question = visitor.newQuestion("personas", random.number.int({ min: 1, max: 3 }));
  const key = random.helpers.maybe(() => ({ "Idempotency-Key": random.string.uuid() }), { probability: 0.3 });
  const headers = { ...visitor.headers(question), ...key };
  const copies = random.number.int({ min: 1, max: 3 });
  await Promise.all(Array.from({ length: copies }, () => askOnce(visitor, question, headers)));
  await askOnce(visitor, question, headers);
}

/** A known question again: from a cache, or made anew. */
export async function askAgain(visitor: Visitor): Promise<void> {
  const { random } = visitor;
  const known = anySet(visitor);
  if (!known) return await askPersonas(visitor);
  const { question } = known;
  const refresh = random.number.float() < 0.4;
  const wish = refresh && { "Cache-Control": "no-cache", "Idempotency-Key": random.string.uuid() };
  if (refresh) question.runs += 1;
  await askOnce(visitor, question, { ...visitor.headers(question), ...wish });
}

/** A set by its id, as its owner and as somebody else. */
export async function readSet(visitor: Visitor): Promise<void> {
  const { caller, random, others } = visitor;
  const known = anySet(visitor);
  if (!known) return await askPersonas(visitor);
  const { question, setId } = known;
  const path = `/api/personas/${setId}`;
  const ask = { what: "a set", mark: question.mark, path, headers: visitor.headers(question) };
  const set = await caller.json<PersonaSet>(ask);
  if (set) noteSet(visitor, question, "a set", set, true);
  const other = random.helpers.arrayElement(others);
  if (!other || other === visitor) return;
  const stolen = await caller.json<PersonaSet>({
    what: "another's set",
    path,
    headers: other.person.headers,
  });
  if (stolen)
    visitor.answers.push({
      mark: `of ${other.person.name}`,
      what: "another's set",
      whole: true,
      text: question.mark,
    });
}
