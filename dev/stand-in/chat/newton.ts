import type { ChatRequest } from "../openai/chat-request.ts";
import { systemText, userTexts } from "../openai/chat-request.ts";
import type { Random } from "../random.ts";
import { pick } from "../random.ts";
import type { KnownPersona } from "./known-persona.ts";
import { knownPersona } from "./known-persona.ts";
import { personaBrief } from "./persona-brief.ts";
import { personalized } from "./personalized.ts";
import { ELSEWHERE, SMALL_TALK } from "./small-talk.ts";
import type { Topic } from "./topic.ts";
import { COST_TOPICS } from "./topics-cost.ts";
import { HEALTH_TOPICS } from "./topics-health.ts";
import { LIFE_TOPICS } from "./topics-life.ts";
import { PLAN_TOPICS } from "./topics-plans.ts";

const TOPICS: readonly Topic[] = [...COST_TOPICS, ...PLAN_TOPICS, ...LIFE_TOPICS, ...HEALTH_TOPICS];

/** A shorter message without a subject of its own goes on with the one before. */
const FOLLOW_UP_CHARS = 80;
/** Enough for any question; a pasted document is not searched to its end. */
const MAX_SEARCHED_CHARS = 4_000;

const BEFORE_ASKING = [
  "One more thing, so that I can be more exact.",
  "To make this fit your own case, I would need to know a little more.",
  "If you like, we can go further with your own numbers.",
];

interface Mention {
  readonly topic: Topic;
  readonly times: number;
  readonly at: number;
}

/** Most often named first, and among equals the one named first. */
function topicsIn(text: string): Topic[] {
  const searched = text.slice(0, MAX_SEARCHED_CHARS);
  const mentions = TOPICS.flatMap((topic): Mention[] => {
    const found = [...searched.matchAll(topic.pattern)];
    return found[0] ? [{ topic, times: found.length, at: found[0].index }] : [];
  });
  return mentions.sort((a, b) => b.times - a.times || a.at - b.at).map(({ topic }) => topic);
}

function explain(topic: Topic, others: readonly Topic[], persona: KnownPersona, random: Random): string {
  const personal = personalized(pick(random, topic.personal), persona);
  const [second] = others;
  const advice = [pick(random, topic.advice), personal].filter(Boolean).join(" ");
  const closing = [second?.gist, pick(random, BEFORE_ASKING), pick(random, topic.asks)]
    .filter(Boolean)
    .join(" ");
  return [`${pick(random, topic.openings)} ${pick(random, topic.explanations)}`, advice, closing].join(
    "\n\n",
  );
}

function followUp(earlier: readonly string[], persona: KnownPersona, random: Random): string | undefined {
  const topic = earlier.map((text) => topicsIn(text)[0]).find(Boolean);
  return topic && `Staying with ${topic.name} for a moment. ${explain(topic, [], persona, random)}`;
}

/** What Newton says to the last thing a person said. */
export function newtonAnswer(request: ChatRequest, random: Random): string {
  const [latest = "", ...earlier] = userTexts(request);
  // A server may tell of the persona in a user's message that comes first and ends with the JSON.
  const told = earlier.at(-1)?.endsWith("}") ? earlier.pop() : undefined;
  const persona = knownPersona(told ?? systemText(request));
  const [topic, ...others] = topicsIn(latest);
  if (topic) return explain(topic, others, persona, random);
  const smallTalk = SMALL_TALK.find(({ pattern }) => pattern.test(latest));
  if (smallTalk) return pick(random, smallTalk.answers);
  const continued = latest.length <= FOLLOW_UP_CHARS ? followUp(earlier, persona, random) : undefined;
  return continued ?? personaBrief(persona, random) ?? pick(random, ELSEWHERE);
}
