import { createParser } from "eventsource-parser";
import { droppedConnection, parseStreamError, UpstreamError } from "./failures.ts";
import { createTextCleaner, createThinkFilter } from "./shapes/answer-text.ts";
import { type CompletionPart, readPart } from "./shapes/completion-shape.ts";
import { errorIn } from "./shapes/error-shape.ts";
import { parseUsage, type Usage } from "./shapes/usage.ts";

/** One event of a stream that is longer than this is not a model's. Characters. */
const MAX_EVENT_CHARS = 256 * 1024;
/** A whole answer in one body: four times what the longest of today's models has (128,000 tokens). Characters. */
const MAX_BODY_CHARS = 4 * 1024 * 1024;

export interface Completion {
  readonly finishReason: string;
  /** What the model said instead of answering. */
  readonly refusal: string;
  /** Undefined where the server did not say what was used. */
  readonly usage: Usage | undefined;
}

/** Takes an answer's words as they come. */
export interface AnswerListener {
  /** Called with each piece of text, never with an empty one: all that one read brought is one piece. */
  readonly onText: (text: string) => void;
  /** The same, for what the model says instead of answering. */
  readonly onRefusal?: (text: string) => void;
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw droppedConnection(cause); // half an event: something on the way broke it
  }
}

/** No call has no input, and no text costs nothing: some servers send zeros for what they do not count. */
function tellsAll(usage: Usage | undefined, begun: boolean): boolean {
  return usage !== undefined && usage.inputTokens > 0 && (usage.outputTokens > 0 || !begun);
}

/** Collects the parts of one answer, and hands over what each read brought. */
export function createCollector({ onText, onRefusal }: AnswerListener) {
  const state = { finishReason: "", refusal: "", usage: undefined as Usage | undefined, done: false };
  const [thinkFilter, cleaner, refusalCleaner] = [
    createThinkFilter(),
    createTextCleaner(),
    createTextCleaner(),
  ];
  let text = "";
  let refusal = "";
  let begun = false;

  function take(value: unknown): CompletionPart {
    const part = readPart(value);
    if (!part.whole || !begun) {
      text += part.text;
      refusal += part.refusal;
      begun ||= part.text !== "" || part.refusal !== "";
    }
    if (part.usage) state.usage = parseUsage(part.usage);
    const error = errorIn(value) ?? part.error;
    if (error) throw parseStreamError(error);
    if (part.finishReason === "error") throw new UpstreamError("upstream_error", { transient: true });
    if (part.finishReason !== "") state.finishReason = part.finishReason;
    return part;
  }

  function tell(said: string, declined: string): void {
    if (state.refusal.length < MAX_EVENT_CHARS) state.refusal += declined;
    if (said !== "") onText(said);
    if (declined !== "") onRefusal?.(declined);
  }

  return {
    state,
    take,
    handOver(): void {
      const [said, declined] = [text, refusal];
      text = refusal = "";
      tell(
        said === "" ? "" : cleaner.write(thinkFilter.write(said)),
        declined === "" ? "" : refusalCleaner.write(declined),
      );
    },
    /** Hands over what waited for more, where no more comes. */
    end(): Completion {
      tell(cleaner.write(thinkFilter.end()) + cleaner.end(), refusalCleaner.end());
      const { finishReason, usage } = state;
      return { finishReason, refusal: state.refusal, usage: tellsAll(usage, begun) ? usage : undefined };
    },
  };
}

type Collector = ReturnType<typeof createCollector>;

/** How the text of an answer is taken apart. `feed` is true where it brought data, which comments are not. */
interface AnswerFormat {
  feed(piece: string): boolean;
  /** The body has ended. */
  end(): void;
}

/** What a line of an event stream begins with. */
const FIELD = /^(?::|data|event|id|retry)/;
const DATA_LINE = /^data:\s*\S/;
/** Enough of a line to tell what it is. Characters. */
const LINE_HEAD = 64;

/** Server-sent events, as they were asked for. */
function createEventFormat({ state, take }: Collector): AnswerFormat {
  let events = 0;
  let head = "";
  let line = ""; // the beginning of the one that has not ended
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent({ data }) {
      if (data.trim() === "") return; // some servers keep a connection open so: it says nothing, as a comment does
      events += 1;
      if (data === "[DONE]") state.done = true;
      else if (!state.done) take(parseJson(data));
    },
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") throw droppedConnection(error);
    },
  });
  return {
    feed(piece) {
      const before = events;
      const goesOn = DATA_LINE.test(line);
      if (head.length < LINE_HEAD) head += piece.slice(0, LINE_HEAD);
      parser.feed(piece);
      const lineEnd = Math.max(piece.lastIndexOf("\n"), piece.lastIndexOf("\r"));
      line = (lineEnd < 0 ? line + piece : piece.slice(lineEnd + 1)).slice(0, LINE_HEAD);
      return events > before || goesOn || DATA_LINE.test(line);
    },
    /** A body that is no event stream was not cut: it is an error's, or a page. */
    end() {
      if (events === 0 && !FIELD.test(head.trimStart())) throw droppedConnection("no event stream");
    },
  };
}

/** One JSON body, though a stream was asked for: a whole completion, an error, or a list of such. */
function createJsonFormat({ state, take }: Collector): AnswerFormat {
  let body = "";
  return {
    feed(piece) {
      body += piece;
      if (body.length > MAX_BODY_CHARS) throw droppedConnection("too long");
      return piece.trim() !== "";
    },
    end() {
      const value = parseJson(body);
      for (const item of Array.isArray(value) ? value : [value]) {
        const { whole, text, refusal } = take(item);
        // JSON that can be read was not cut, so that a message in it is whole, also where nothing says why it ended
        if (whole && text + refusal !== "") state.finishReason ||= "stop";
        if (!Array.isArray(Object(item).choices)) throw parseStreamError(item);
      }
    },
  };
}

/** Says by its first character which of them a body is: no line of an event stream begins so. */
export function createAnswerReader(collector: Collector): AnswerFormat {
  let format: AnswerFormat | undefined;
  return {
    feed(piece) {
      const [first] = format ? [] : piece.trimStart();
      if (first === undefined && !format) return false;
      format ??= first === "{" || first === "[" ? createJsonFormat(collector) : createEventFormat(collector);
      try {
        return format.feed(piece);
      } finally {
        collector.handOver(); // what came before an error was said
      }
    },
    end() {
      try {
        format?.end();
      } finally {
        collector.handOver();
      }
    },
  };
}
