import { setTimeout as delay } from "node:timers/promises";
import { ADMIN_TOKEN } from "../server/server.ts";
import { noteSet, type PersonaSet } from "./personas.ts";
import { anySet, type Visitor } from "./visitor.ts";

export const ADMIN = { Authorization: `Bearer ${ADMIN_TOKEN}` };

const WIDTHS = ["", "?width=64", "?width=128", "?width=200", "?width=512", "?width=2000"];

/** Portraits of a set, made or not: at some size, in part, whether they have changed. */
export async function lookAtPortraits(visitor: Visitor): Promise<void> {
  const { caller, random } = visitor;
  const known = anySet(visitor);
  if (!known) return;
  const { question, setId } = known;
  const ask = { mark: question.mark, headers: visitor.headers(question) };
  const set = await caller.json<PersonaSet>({ ...ask, what: "a set", path: `/api/personas/${setId}` });
  if (!set) return;
  noteSet(visitor, question, "a set", set, true);
  const look = async ({ imageUrl }: PersonaSet["personas"][number]) => {
    const path = new URL(imageUrl).pathname + random.helpers.arrayElement(WIDTHS);
    const first = await caller.bytes({ what: "a portrait", mark: question.mark, path });
    const etag = first?.response.headers.get("ETag");
    const again = etag ? { "If-None-Match": etag } : { Range: "bytes=0-9" };
    await caller.bytes({ what: "a portrait again", mark: question.mark, path, headers: again });
  };
  await Promise.all(set.personas.map(look));
}

interface Job {
  readonly jobId: string;
}

/** A job of the administration's for somebody who is known by an address alone. */
export async function pregenerate(visitor: Visitor): Promise<void> {
  const { caller, random } = visitor;
  const { email, name } = await visitor.newPerson();
  const questions = Array.from({ length: random.number.int({ min: 1, max: 3 }) }, () => {
    const asked = visitor.newQuestion("personas", random.number.int({ min: 1, max: 2 }));
    const question = { ...asked, person: undefined };
    visitor.questions.set(asked.mark, question);
    return question;
  });
  const inputs = questions.map(({ mark, count }) => ({
    leadData: { mark, person: name },
    config: { count },
    email,
  }));
  const path = "/api/admin/pregenerate";
  const job = await caller.json<Job>({
    what: "a job",
    method: "POST",
    path,
    headers: ADMIN,
    body: { inputs },
  });
  if (!job) return;
  const marks = questions.map(({ mark }) => mark);
  visitor.jobs.set(job.jobId, marks);
  const one = { path: `${path}/${job.jobId}`, headers: ADMIN };
  await caller.json({ ...one, what: "a job's state" });
  if (random.number.float() < 0.2) await caller.json({ ...one, what: "a job's end", method: "DELETE" });
}

/** Until it is done: an erasure that was not answered may not have happened. */
const MAX_TRIES = 40;
const BETWEEN_MS = 500;

/** What its client hung up on may still be on its way to the service: it would come after the erasure. */
const ARRIVED_MS = 2_000;

/** The person goes, whatever is under way for them, and another one comes. */
export async function erase(visitor: Visitor): Promise<void> {
  const { caller, person } = visitor;
  visitor.sets = [];
  visitor.person = await visitor.newPerson();
  await delay(ARRIVED_MS);
  for (const body of [{ userId: person.user }, { email: person.email }]) {
    const ask = { what: "an erasure", method: "POST", path: "/api/admin/erase", headers: ADMIN, body };
    for (let tries = 1; !(await caller.json(ask)); tries += 1) {
      if (tries === MAX_TRIES) throw new Error(`${person.name} could not be erased`);
      await delay(BETWEEN_MS);
    }
  }
  visitor.erased.push(person);
}
