import type { Answer, Evidence, Finding, Question } from "../evidence/evidence.ts";
import { chatText, MARK, toLook } from "../upstream/marks.ts";

function wrongChat({ whole, text }: Answer, { mark }: Question): string | undefined {
  const right = chatText(mark);
  if (whole && text !== right) return "is not the answer that the model gave";
  return right.startsWith(text) ? undefined : "is not the beginning of the answer that the model gave";
}

/** All personas are of one set, in their order, and a whole set has all of them. */
function wrongSet({ whole, text }: Answer, { mark, count }: Question): string | undefined {
  const names = text.split("\n");
  const generation = /-g(\d+)-/.exec(text)?.[1];
  const right = Array.from({ length: count }, (_, index) => toLook(mark, Number(generation), index));
  if (whole && names.length !== count) return `has ${names.length} of ${count} personas`;
  return names.every((name, index) => name === right[index]) ? undefined : "mixes two sets";
}

function wrong(answer: Answer, questions: ReadonlyMap<string, Question>): string | undefined {
  const others = (answer.text.match(MARK) ?? []).filter((mark) => mark !== answer.mark);
  if (others.length > 0) return `belongs to ${[...new Set(others)].join(", ")}`;
  const question = questions.get(answer.mark);
  if (!question) return "is nobody's";
  return question.kind === "chat" ? wrongChat(answer, question) : wrongSet(answer, question);
}

/** No answer is another question's or person's, and none has lost, doubled or mixed anything. */
export function checkAnswers({ answers, questions }: Evidence): Finding[] {
  const byMark = new Map(questions.map((question) => [question.mark, question]));
  return answers.flatMap((answer) => {
    const said = wrong(answer, byMark);
    const what = `${answer.what} ${answer.mark}: ${said}: ${answer.text.slice(0, 200)}`;
    return said === undefined ? [] : [{ check: "answers", what }];
  });
}
