import { EventEmitter, once } from "node:events";

export interface LoggedEvent {
  readonly id: number;
  readonly [member: string]: unknown;
}

/** One run of the service that stands in here: an event log that can be followed. */
export interface Run {
  readonly id: string;
  readonly events: LoggedEvent[];
  readonly ended: boolean;
  add(payload: Record<string, unknown>, id?: number): void;
  /** Resolves at the next event or the end. */
  changed(): Promise<unknown>;
}

export function createRun(id: string): Run {
  const events: LoggedEvent[] = [];
  const emitter = new EventEmitter().setMaxListeners(0);
  const ended = () => {
    const last = events.at(-1);
    return Boolean(last?.done || last?.error);
  };
  return {
    id,
    events,
    get ended() {
      return ended();
    },
    add(payload, eventId = (events.at(-1)?.id ?? 0) + 1) {
      if (ended()) return;
      events.push({ id: eventId, ...payload });
      emitter.emit("change");
    },
    changed: () => once(emitter, "change"),
  };
}

/** A script that a run follows: an event, or what has to happen before the next one. */
export type Step = Payload | (() => Promise<unknown>);

export type Payload = Record<string, unknown>;

export async function play(run: Run, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === "function") await step();
    else run.add(step);
  }
}

export const USAGE = { inputTokens: 12, cachedInputTokens: 4, outputTokens: 7 };

/** A whole answer in these pieces. */
export function answerOf(pieces: readonly string[], finishReason = "stop"): Payload[] {
  return [...pieces.map((content) => ({ content })), { done: true, finishReason, usage: USAGE }];
}
