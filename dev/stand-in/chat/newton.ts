import type { ChatRequest } from "../openai/chat-request.ts";
import { systemText, userTexts } from "../openai/chat-request.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import type { KnownPersona } from "./known-persona.ts";
import { knownPersona, personalized } from "./known-persona.ts";
import type { Topic } from "./topics.ts";
import { SMALL_TALK, topicsIn } from "./topics.ts";

/** A shorter message without a subject of its own goes on with the one before. */
const FOLLOW_UP_CHARS = 80;
const POINTS = 3;

const OPENINGS = ["Let us look at {topic}.", "Happy to explain {topic}.", "A few words on {topic}."];
const QUESTIONS = [
  "Roughly how often did your household see a doctor last year?",
  "Which state is it, and how old is everybody who needs coverage?",
  "Is there a doctor or a medicine that has to stay?",
  "What could you pay in a bad year without borrowing?",
  "When does your present coverage end?",
];
const PERSONAL = [
  "For {name}, I would hold every plan against about {budget} a month.",
  "With {name} in mind, about {budget} a month is the figure to start from.",
];

const BRIEF = [
  "- **Money:** about {budget} a month for premiums.",
  "- **Deductible:** up to about {deductible} would be bearable.",
  "- **Today's coverage:** {coverage}.",
  "- **What counts first:** {need}.",
  "- **The worry to take seriously:** {concern}.",
  "- **A plan to start from:** {plan}, with one cheaper and one richer plan beside it.",
  "- **A question for the insurer:** {question}",
];

function explain(
  topic: Topic,
  opening: string,
  faker: SeededFaker,
  more: readonly (string | undefined)[] = [],
) {
  const points = faker.helpers.arrayElements(topic.points, POINTS).join("\n");
  const closing = [...more, faker.helpers.arrayElement(QUESTIONS)].filter(Boolean).join(" ");
  return [`${opening} ${topic.explanation}`.trim(), points, closing].join("\n\n");
}

/** What is known of a persona, for a question that names no subject. */
function brief(persona: KnownPersona): string | undefined {
  const intro = personalized("{name} is {age} and lives in {location}.", persona);
  if (intro === undefined) return undefined;
  const known = BRIEF.flatMap((line) => personalized(line, persona) ?? []).join("\n");
  const closing = personalized(
    "Ask me about any of these, and I will go into it with {name} in mind.",
    persona,
  );
  return [`${intro} This is what I would keep in view:`, known, closing].join("\n\n");
}

/** What Newton says, in Markdown, to the last thing a person said. */
export function newtonAnswer(request: ChatRequest, faker: SeededFaker): string {
  const [latest = "", ...earlier] = userTexts(request);
  const persona = knownPersona(systemText(request));
  const [topic, second] = topicsIn(latest);
  const [smallTalk, other] = topicsIn(latest, SMALL_TALK);
  if (topic) {
    const opening = faker.helpers.arrayElement(OPENINGS).replace("{topic}", topic.name);
    const personal = personalized(faker.helpers.arrayElement(PERSONAL), persona);
    return explain(topic, opening, faker, [personal, second?.explanation.split(/(?<=[.;:]) /)[0]]);
  }
  const before = latest.length <= FOLLOW_UP_CHARS ? earlier.flatMap((text) => topicsIn(text))[0] : undefined;
  if (smallTalk && other) return explain(smallTalk, "", faker);
  if (before) return explain(before, `Staying with ${before.name} for a moment.`, faker);
  return brief(persona) ?? (smallTalk ? explain(smallTalk, "", faker) : "");
}
