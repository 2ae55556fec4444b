import { type ChatRequest, userTexts } from "../openai/chat-request.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import { type KnownPersona, knownPersona, personalized } from "./known-persona.ts";
import { SMALL_TALK, type Topic, topicsIn } from "./topics.ts";

/** A shorter message without a subject of its own goes on with the one before. */
const FOLLOW_UP_CHARS = 80;

const OPENINGS = ["Let us look at {topic}.", "Happy to explain {topic}.", "A few words on {topic}."];
const QUESTIONS = [
  "Roughly how often did your household see a doctor last year?",
  "Which state is it, and how old is everybody who needs coverage?",
  "Is there a doctor or a medicine that has to stay?",
  "What could you pay in a bad year without borrowing?",
];
const PERSONAL =
  "With {name} in mind, about {monthlyPremiumUsd} a month is the figure to hold every plan against.";

const BRIEF = [
  "- **Money:** about {monthlyPremiumUsd} a month for premiums.",
  "- **Deductible:** up to about {annualDeductibleUsd} would be bearable.",
  "- **Today's coverage:** {currentCoverage}.",
  "- **What counts first:** {coverageNeeds}.",
  "- **The worry to take seriously:** {concerns}.",
  "- **A plan to start from:** {preferredPlanType}, with one cheaper and one richer plan beside it.",
  "- **A question for the insurer:** {questionsToAsk}",
];

/** What is known of a persona, for a question that names no subject. */
function brief(persona: KnownPersona): string | undefined {
  const intro = personalized("{name} is {age} and lives in {location}.", persona);
  const known = BRIEF.flatMap((line) => personalized(line, persona) ?? []).join("\n");
  const closing = "Ask me about any of these, and I will go into it.";
  return intro && [`${intro} This is what I would keep in view:`, known, closing].join("\n\n");
}

/** What Newton says, in Markdown, to the last thing a person said. */
export function newtonAnswer(request: ChatRequest, { helpers }: SeededFaker): string {
  const [latest = "", ...earlier] = userTexts(request);
  // The server describes the persona in a user's message that comes first and ends with the JSON.
  const persona = knownPersona(earlier.at(-1)?.endsWith("}") ? (earlier.pop() ?? "") : "");

  function explain({ explanation, points }: Topic, opening: string, second?: Topic): string {
    const also = second?.explanation.split(/(?<=[.;:]) /)[0];
    const closing = [personalized(PERSONAL, persona), also, helpers.arrayElement(QUESTIONS)];
    const list = helpers.shuffle(points).join("\n");
    return [`${opening} ${explanation}`.trim(), list, closing.filter(Boolean).join(" ")].join("\n\n");
  }

  const [topic, second] = topicsIn(latest);
  if (topic) return explain(topic, helpers.arrayElement(OPENINGS).replace("{topic}", topic.name), second);
  const [smallTalk, elsewhere] = topicsIn(latest, SMALL_TALK);
  if (smallTalk && elsewhere) return explain(smallTalk, "");
  const before = latest.length <= FOLLOW_UP_CHARS ? earlier.flatMap((text) => topicsIn(text))[0] : undefined;
  if (before) return explain(before, `Staying with ${before.name} for a moment.`);
  return brief(persona) ?? (smallTalk ? explain(smallTalk, "") : "");
}
