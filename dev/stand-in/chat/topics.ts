import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One subject that Newton can talk about. */
export type Topic = ReturnType<typeof readTopic>;

/** Reads a section: `## name: ` and the pattern in backticks, the explanation, and a list of points in Markdown. */
function readTopic(section: string) {
  const [heading = "", explanation = "", ...points] = section.trim().split("\n");
  const [, name = "", pattern = ""] = /^(.+?): `(.+)`$/.exec(heading) ?? [];
  return { name, pattern: new RegExp(pattern, "gi"), explanation, points };
}

function readTopics(file: string): readonly Topic[] {
  const text = readFileSync(join(import.meta.dirname, file), "utf8");
  return text.split("\n## ").slice(1).map(readTopic);
}

export const TOPICS = readTopics("topics.md");
export const SMALL_TALK = readTopics("small-talk.md");

/** Enough for any question; a pasted document is not searched to its end. */
const MAX_SEARCHED_CHARS = 4_000;

/** What a text is about: most often named first, and among equals the one named first. */
export function topicsIn(text: string, topics = TOPICS): Topic[] {
  const searched = text.slice(0, MAX_SEARCHED_CHARS);
  const mentions = topics.flatMap((topic) => {
    const found = [...searched.matchAll(topic.pattern)];
    return found[0] ? [{ topic, times: found.length, at: found[0].index }] : [];
  });
  return mentions.sort((a, b) => b.times - a.times || a.at - b.at).map(({ topic }) => topic);
}
