import { JSONParser } from "@streamparser/json";
import * as z from "zod/mini";
import { Problem } from "../../http/errors.ts";
import { createThinkFilter, wellFormedValue } from "../../openai/shapes/answer-text.ts";
import { askedTraits, type PortraitSource, type Traits } from "../schema.ts";

/** Far above ten long personas; an upstream that goes on for ever is cut off here. Characters. */
const MAX_ANSWER_CHARS = 512 * 1024;

const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/** What an answer must have. */
export interface Asked {
  readonly count: number;
  readonly portraits: PortraitSource;
}

export interface AnswerParser {
  /** Throws `upstream_invalid_output` past the longest answer there can be, which ends the call. */
  write(text: string): void;
  /** Whether the text was one JSON document with exactly the personas asked for, each of them valid. */
  end(): boolean;
}

/** The beginning of a Markdown fence, up to what is in it: a language may be named, and more (CommonMark §4.5). */
const FENCE = /^(?:`{3,}|~{3,})[^\n\r{[<`~]{0,100}(?=[\n\r{[<])/;
const HALF_FENCE = /^(?:`+|~+)[^\n\r{[<`~]{0,100}$/;
/** What may yet turn out to be the fence's end. */
const FENCE_END = /[\s`~]*$/;

/**
 * Takes off what models put around their JSON: white space, a byte order mark, `<think>…</think>`, one Markdown
 * fence. `write` gives what is surely inside; `end` whether what remained outside was nothing else.
 */
function createUnwrapper() {
  const thinkFilters = [createThinkFilter(), createThinkFilter()] as const; // before the fence, and inside
  let state: "before" | "plain" | "fenced" = "before";
  let held = "";

  function fenced(text: string): string {
    const all = held + thinkFilters[1].write(text);
    held = FENCE_END.exec(all)?.[0] ?? "";
    return all.slice(0, all.length - held.length);
  }

  function before(text: string): string {
    const start = (held + text).trimStart();
    held = "";
    const fence = FENCE.exec(start)?.[0];
    if (fence === undefined && (start === "" || HALF_FENCE.test(start))) {
      held = start;
      return "";
    }
    state = fence === undefined ? "plain" : "fenced";
    return fence === undefined ? start : fenced(start.slice(fence.length));
  }

  return {
    write(text: string): string {
      const said = thinkFilters[0].write(text);
      if (said === "" || state === "plain") return said;
      return state === "fenced" ? fenced(said) : before(said);
    },
    end: () => state !== "before" && /^\s*(`{3,}|~{3,})?\s*$/.test(held),
  };
}

/**
 * Reads the model's `{"personas": […]}` as it is written and gives each persona the moment its object is
 * complete, in order. After the first error it gives none.
 */
export function createAnswerParser(
  { count: expected, portraits }: Asked,
  onPersona: (persona: Traits) => void,
): AnswerParser {
  let valid = true;
  let length = 0;
  let found = 0;
  let held = "";
  const unwrapper = createUnwrapper();
  const parser = new JSONParser({ paths: ["$.personas.*"], keepStack: false });
  parser.onError = () => {
    valid = false;
  };
  parser.onValue = ({ value, key }) => {
    const known = typeof key === "number" && found < expected;
    const persona = known ? z.safeParse(askedTraits[portraits], wellFormedValue(value)) : undefined;
    if (!persona?.success) valid = false;
    if (!valid || !persona?.success) return;
    found += 1;
    onPersona(persona.data);
  };

  return {
    write(text) {
      length += text.length;
      if (length > MAX_ANSWER_CHARS) throw new Problem("upstream_invalid_output");
      if (!valid) return;
      // The parser takes UTF-8, so a surrogate pair that two pieces share must be put together first.
      const whole = held + unwrapper.write(text);
      held = HIGH_SURROGATE_AT_END.exec(whole)?.[0] ?? "";
      parser.write(whole.slice(0, whole.length - held.length));
    },
    end() {
      return valid && held === "" && unwrapper.end() && parser.isEnded && found === expected;
    },
  };
}
