import type { RunRow } from "../db/request-log.ts";
import { Problem } from "../http/errors.ts";
import type { Completion } from "../openai/answer-reader.ts";
import { NO_USAGE, type Usage } from "../openai/shapes/usage.ts";
import type { Answered, Spent } from "../openai/text-call.ts";
import type { TextCalls } from "../openai/text-calls.ts";
import { createRunRows } from "../runs/run-log.ts";
import { type Done, ERASED, type RunContext, type RunTask } from "../runs/runner/task.ts";
import { type Coalescer, createCoalescer } from "./coalescer.ts";
import { contentEvent, doneEvent, RESET } from "./events.ts";
import { type ChatModel, type ChatPrompt, chatCompletion } from "./prompt.ts";
import type { FinishReason } from "./schema.ts";

/** What is known of who asked what, without its text. */
export interface ChatAsker {
  /** The name of the run's object: a hash of what was asked. */
  readonly name: string;
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
  /** Of the subject of the persona that it is about, if any. */
  readonly emailHash: string | null;
}

/** What is kept of a run beside its events. */
export interface ChatMetadata extends ChatAsker {
  readonly fingerprint: string;
  readonly keyed: boolean;
}

export interface ChatInput extends ChatPrompt, ChatAsker {
  /** How many messages of the conversation stayed behind. */
  readonly dropped: number;
  /** Somebody stopped it before it came. */
  readonly stopped: boolean;
}

export interface ChatTaskDeps extends ChatModel {
  /** `caller`: out of whose share of the day it is paid. */
  readonly openCalls: (context: RunContext, caller: string) => TextCalls;
  /** Takes the run's log row; never in the answer's way. Never throws. */
  readonly record: (row: RunRow) => void;
  /** The same for a run that has just begun. Resolves when it is there, or given up. */
  readonly recordStart: (row: RunRow) => Promise<void>;
  readonly now: () => number;
}

// `/api/chat` and `/api/chat/stream` are one route: the same answer in two forms.
export const ROUTE = "/api/chat";
// Four times what the longest answer of today's models has (128,000 tokens). Past it the call is ended: an
// upstream that goes on for ever must not fill the memory. Characters.
const MAX_ANSWER_CHARS = 2 * 1024 * 1024;

const UPSTREAM_REASONS = new Set<string>(["stop", "length", "content_filter"] satisfies FinishReason[]);

const toAsked = ({ name, ...caller }: ChatAsker) => ({ ...caller, requestHash: name });

function toFinishReason({ refusal, finishReason }: Completion): FinishReason {
  if (refusal !== "") return "refusal";
  return UPSTREAM_REASONS.has(finishReason) ? (finishReason as FinishReason) : "stop";
}

interface End {
  readonly finishReason: FinishReason;
  readonly model: string;
  readonly usage?: Usage | undefined;
}

function ended({ dropped }: ChatInput, { finishReason, model, usage = NO_USAGE }: End): Done<undefined> {
  const left = dropped > 0 && { droppedMessages: dropped };
  const last = doneEvent({ finishReason, usage, model, ...left });
  return { result: undefined, last, stopped: finishReason === "stopped" };
}

/** The paid work behind a chat answer: ask the model, give its text as it comes, log what it cost. */
export function createChatTask(deps: ChatTaskDeps): RunTask<ChatInput, undefined, ChatMetadata> {
  const { now, model } = deps;
  const rows = createRunRows({ route: ROUTE, model, now });

  async function ask(input: ChatInput, calls: TextCalls, coalescer: Coalescer): Promise<Answered> {
    let chars = 0;
    function onText(text: string): void {
      chars += text.length;
      if (chars > MAX_ANSWER_CHARS) throw new Problem("upstream_invalid_output");
      coalescer.add(text);
    }
    return await calls.complete(chatCompletion(input, deps), {
      onText,
      onRefusal: onText,
      onRetry: () => coalescer.drop(),
      mayRetry: () => !coalescer.begun,
    });
  }

  async function answer(
    input: ChatInput,
    context: RunContext,
    calls: TextCalls,
    coalescer: Coalescer,
  ): Promise<Done<undefined>> {
    try {
      const completion = await ask(input, calls, coalescer);
      if (!coalescer.begun) throw new Problem("upstream_invalid_output");
      return ended(input, { ...completion, finishReason: toFinishReason(completion) });
    } catch (error) {
      const stopped = { finishReason: "stopped", model: calls.spent.model ?? model } as const;
      if (context.signal.aborted) return ended(input, stopped);
      throw error;
    } finally {
      coalescer.flush(); // the text so far stands, whatever comes after it
    }
  }

  return {
    reset: RESET,
    isText: ({ content }) => content !== undefined,
    interrupted({ metadata, checkpoint, ...run }) {
      if (!checkpoint) return;
      deps.record(rows.failed(toAsked(metadata), run, checkpoint as Spent, new Problem("interrupted")));
    },
    maxAttempts: 2, // an answer that brings its server down must not be paid for again and again
    async perform(input, context) {
      if (input.stopped) return ended(input, { finishReason: "stopped", model });
      let announced: Promise<void> | undefined;
      // Before its first word, but not before D1 has heard of it: no erasure would find what a death leaves in between.
      const sent = () => (announced ? void announced.then(context.sent) : context.sent());
      const caller = input.callerUserHash ?? input.callerAddressHash;
      const calls = deps.openCalls({ ...context, sent }, caller);
      const coalescer = createCoalescer((content) => context.emit(contentEvent(content)), now);
      const asked = toAsked(input);
      const record = (toRow: () => RunRow) => {
        const erased = context.signal.reason === ERASED; // then it leaves nothing
        if (calls.spent.calls > 0 && !erased) deps.record(toRow());
      };
      try {
        const answering = answer(input, context, calls, coalescer);
        const begun = rows.underWay(asked, context);
        if (begun) announced = deps.recordStart(begun); // the upstream has been asked first
        const done = await answering;
        record(() => rows.done(asked, context, calls.spent));
        return done;
      } catch (error) {
        record(() => rows.failed(asked, context, calls.spent, error));
        throw error;
      }
    },
  };
}
