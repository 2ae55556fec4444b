import type { Question } from "../evidence/evidence.ts";
import type { Ask } from "./caller.ts";
import { resumeToEnd } from "./personas.ts";
import type { Event } from "./stream.ts";
import { anySet, type Visitor } from "./visitor.ts";

interface ChatAnswer {
  readonly message: { readonly content: string };
  readonly finishReason: string;
}

const STREAMS = "/api/chat/streams";

interface Chat {
  readonly question: Question;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

function newChat(visitor: Visitor): Chat {
  const { random } = visitor;
  const question = visitor.newQuestion("chat");
  const set = random.datatype.boolean() ? anySet(visitor) : undefined;
  const persona = set && { setId: set.setId, personaId: random.helpers.arrayElement(set.personaIds) };
  const messages = [
    { role: "user", content: `${question.mark}, says ${visitor.person.name}: what is a deductible?` },
  ];
  const key = random.datatype.boolean() && { "Idempotency-Key": random.string.uuid() };
  return {
    question,
    headers: { ...visitor.headers(question), ...key },
    body: { messages, ...(persona && { persona }) },
  };
}

function note(visitor: Visitor, { mark }: Question, what: string, text: string, whole: boolean): void {
  visitor.answers.push({ mark, what, whole, text });
}

function noteEvents(visitor: Visitor, question: Question, what: string, events: readonly Event[]): void {
  const current = events.slice(events.findLastIndex(({ reset }) => reset) + 1);
  const text = current.map(({ content }) => content ?? "").join("");
  const { done, finishReason }: Partial<Event> = events.at(-1) ?? {};
  note(visitor, question, what, text, done === true && finishReason === "stop");
}

async function sendJson(visitor: Visitor, { question, headers, body }: Chat): Promise<void> {
  const { random, caller } = visitor;
  const hangUpMs = random.helpers.maybe(() => random.number.int({ min: 1, max: 900 }), { probability: 0.2 });
  const ask = {
    what: "chat",
    mark: question.mark,
    method: "POST",
    path: "/api/chat",
    headers,
    body,
    hangUpMs,
  };
  const answer = await caller.json<ChatAnswer>(ask);
  if (answer) note(visitor, question, "chat", answer.message.content, answer.finishReason === "stop");
}

function streamAsk({ question, headers, body }: Chat): Ask {
  const what = "chat as a stream";
  return { what, mark: question.mark, method: "POST", path: "/api/chat/stream", headers, body };
}

async function sendStream(visitor: Visitor, chat: Chat): Promise<void> {
  const { random, caller } = visitor;
  const hangUpAfter = random.helpers.maybe(() => random.number.int({ min: 1, max: 20 }), {
    probability: 0.4,
  });
  const ask = streamAsk(chat);
  const first = await caller.stream(ask, { hangUpAfter });
  if (!first) return;
  const comesBack = random.number.float() < 0.8;
  const events = comesBack ? await resumeToEnd(visitor, ask, STREAMS, first) : first.events;
  noteEvents(visitor, chat.question, ask.what, events);
}

const send = (visitor: Visitor, chat: Chat) =>
  visitor.random.datatype.boolean() ? sendJson(visitor, chat) : sendStream(visitor, chat);

/** One question, up to three times at once, and once more afterwards. */
export async function chat(visitor: Visitor): Promise<void> {
  const asked = newChat(visitor);
  const copies = visitor.random.number.int({ min: 1, max: 3 });
  await Promise.all(Array.from({ length: copies }, () => send(visitor, asked)));
  await send(visitor, asked);
}

/** A stream that is stopped after some events, by its id or by its key, and perhaps asked again. */
export async function stopChat(visitor: Visitor): Promise<void> {
  const { random, caller } = visitor;
  const asked = newChat(visitor);
  const { question, headers } = asked;
  const stopAfter = random.number.int({ min: 1, max: 10 });
  const stopping: Promise<unknown>[] = [];
  const stop = (path: string) =>
    stopping.push(caller.json({ what: "stop", mark: question.mark, method: "DELETE", path, headers }));
  question.runs += 1; // what was stopped is no answer: who asks again has it made
  const onEvent = ({ id }: Event, streamId: string) => {
    if (id !== stopAfter) return;
    stop("Idempotency-Key" in headers && random.datatype.boolean() ? STREAMS : `${STREAMS}/${streamId}`);
  };
  const reply = await caller.stream(streamAsk(asked), { onEvent });
  if (reply) noteEvents(visitor, question, "chat that is stopped", reply.events);
  await Promise.all(stopping);
  if (random.datatype.boolean()) await send(visitor, asked);
}
