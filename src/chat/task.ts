import type { RunRow } from "../db/request-log.ts";
import { PROBLEMS, Problem } from "../http/errors.ts";
import { NO_USAGE, tokenCounts, type Usage } from "../openai/shapes/usage.ts";
import { type Answered, NOTHING_SPENT, type Spent, type TextCalls } from "../openai/text-calls.ts";
import type { Completion } from "../openai/token-stream.ts";
import { UNDER_WAY } from "../runs/run-log.ts";
import { type Done, ERASED, type RunContext, type RunTask } from "../runs/task-runner.ts";
import { type Coalescer, createCoalescer } from "./coalescer.ts";
import { doneEvent, RESET } from "./message.ts";
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
  /** The same for a run that has just begun. */
  readonly recordStart: (row: RunRow) => void;
  readonly now: () => number;
}

type RunTimes = Pick<RunContext, "runId" | "startedAt">;

// `/api/chat` and `/api/chat/stream` are one route: the same answer in two forms.
export const ROUTE = "/api/chat";
// Four times what the longest answer of today's models has (128,000 tokens). Past it the call is ended: an
// upstream that goes on for ever must not fill the memory. Characters.
const MAX_ANSWER_CHARS = 2 * 1024 * 1024;

const UPSTREAM_REASONS = new Set<string>(["stop", "length", "content_filter"] satisfies FinishReason[]);

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
export function createChatTask(deps: ChatTaskDeps): RunTask<ChatInput, undefined> {
  const { now } = deps;

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

  function logRow(asker: ChatAsker, { runId, startedAt }: RunTimes, spent: Spent): Omit<RunRow, "status"> {
    const { usage, calls, costUsd, upstreamMs } = spent;
    const { name: requestHash, callerUserHash, callerAddressHash, emailHash } = asker;
    const asked = {
      requestHash,
      callerUserHash,
      callerAddressHash,
      emailHash,
      route: ROUTE,
      model: spent.model ?? deps.model,
    };
    const cost = { calls, ...tokenCounts(usage), costUsd, upstreamMs, totalMs: now() - startedAt };
    return { id: runId, createdAt: now(), ...asked, ...cost };
  }

  function recordRun(asker: ChatAsker, times: RunTimes, spent: Spent, error?: unknown): void {
    const code = error instanceof Problem ? error.code : "internal";
    const outcome = error === undefined ? { status: 200 } : { status: PROBLEMS[code].status, code };
    deps.record({ ...logRow(asker, times, spent), ...outcome });
  }

  /** Where there is somebody to erase, a run can be found while it is under way. */
  function recordStart(asker: ChatAsker, times: RunTimes): void {
    if (asker.callerUserHash === null && asker.emailHash === null) return;
    deps.recordStart({ ...logRow(asker, times, NOTHING_SPENT), status: UNDER_WAY });
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
      const model = calls.spent.model ?? deps.model;
      if (context.signal.aborted) return ended(input, { finishReason: "stopped", model });
      throw error;
    } finally {
      coalescer.flush(); // the text so far stands, whatever comes after it
    }
  }

  return {
    reset: RESET,
    isText: ({ content }) => content !== undefined,
    interrupted({ label, checkpoint, ...run }) {
      if (label === null || !checkpoint) return;
      recordRun(JSON.parse(label) as ChatAsker, run, checkpoint as Spent, new Problem("interrupted"));
    },
    maxAttempts: 2, // an answer that brings its server down must not be paid for again and again
    async perform(input, context) {
      if (input.stopped) return ended(input, { finishReason: "stopped", model: deps.model });
      const calls = deps.openCalls(context, input.callerUserHash ?? input.callerAddressHash);
      const coalescer = createCoalescer((content) => void context.emit({ content }), now);
      let failure: unknown;
      try {
        const answering = answer(input, context, calls, coalescer);
        recordStart(input, context); // the upstream has been asked first
        return await answering;
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        const erased = context.signal.reason === ERASED; // then it leaves nothing
        if (calls.spent.calls > 0 && !erased) recordRun(input, context, calls.spent, failure);
      }
    },
  };
}
