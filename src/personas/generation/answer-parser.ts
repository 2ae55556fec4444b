import { JSONParser } from "@streamparser/json";
import * as z from "zod/mini";
import { Problem } from "../../http/errors.ts";
import { type Traits, traits } from "../schema.ts";

/** Far above ten long personas; an upstream that goes on for ever is cut off here. Characters. */
const MAX_ANSWER_CHARS = 512 * 1024;

const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

export interface AnswerParser {
  /** Throws `upstream_invalid_output` past the longest answer there can be, which ends the call. */
  write(text: string): void;
  /** Whether the text was one JSON document with exactly the personas asked for, each of them valid. */
  end(): boolean;
}

/**
 * Reads the model's `{"personas": […]}` as it is written and gives each persona the moment its object is
 * complete, in order. After the first fault it gives none.
 */
export function createAnswerParser(expected: number, onPersona: (persona: Traits) => void): AnswerParser {
  let valid = true;
  let length = 0;
  let found = 0;
  let held = "";
  const parser = new JSONParser({ paths: ["$.personas.*"], keepStack: false });
  parser.onError = () => {
    valid = false;
  };
  parser.onValue = ({ value, key }) => {
    const persona = typeof key === "number" && found < expected ? z.safeParse(traits, value) : undefined;
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
      const whole = held + text;
      held = HIGH_SURROGATE_AT_END.exec(whole)?.[0] ?? "";
      parser.write(whole.slice(0, whole.length - held.length));
    },
    end() {
      return valid && held === "" && parser.isEnded && found === expected;
    },
  };
}
