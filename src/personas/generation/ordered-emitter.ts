import { describeError, log } from "../../log.ts";
import type { Payload } from "../../runs/sse.ts";
import { personaEvent } from "../events.ts";
import type { ImageStates, StoredPersona } from "../presenter.ts";
import type { ImageStatus } from "../schema.ts";

/** What a portrait is made from, and shown by until it is. */
export interface Portrait {
  /** 64 hex characters. */
  readonly key: string;
  readonly prompt: string;
  readonly initials: string;
}

/**
 * Gives each persona's event, in order, once its portrait is enqueued: no URL that goes out answers 404. Those that one
 * read of the model's answer completes are enqueued together, in one round trip.
 */
export interface OrderedEmitter {
  readonly personas: readonly StoredPersona[];
  /** As they were when enqueued. */
  readonly states: ImageStates;
  /** Those that could not be enqueued. */
  readonly missing: readonly Portrait[];
  add(persona: StoredPersona, portrait: Portrait): void;
  /** The personas so far are void. True where one of them has gone out. */
  restart(): boolean;
  /** Resolves when every event has been given. Never rejects. */
  made(): Promise<void>;
}

// D1 answers in milliseconds. Where it does not, the personas go out without: their portraits are enqueued with
// the set, and until then their URLs have nothing to show.
const ENQUEUE_TIMEOUT_MS = 3_000;

/** None where D1 cannot be reached in time. */
async function inTime(enqueueing: Promise<ImageStates>): Promise<ImageStates> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<ImageStates>((resolve) => {
    timer = setTimeout(() => resolve({}), ENQUEUE_TIMEOUT_MS);
  });
  const states = enqueueing.catch((error: unknown) => {
    log.error("portrait.not_enqueued", describeError(error));
    return {};
  });
  return await Promise.race([states, tooLong]).finally(() => clearTimeout(timer));
}

interface Made {
  readonly persona: StoredPersona;
  readonly portrait: Portrait;
}

interface Round {
  readonly personas: StoredPersona[];
  readonly states: Record<string, ImageStatus>;
  readonly missing: Portrait[];
  /** Not yet among the jobs. */
  waiting: Made[];
  given: number;
}

const newRound = (): Round => ({ personas: [], states: {}, missing: [], waiting: [], given: 0 });

export function createOrderedEmitter(
  enqueuePortraits: (portraits: readonly Portrait[]) => Promise<ImageStates>,
  emit: (payload: Payload) => void,
): OrderedEmitter {
  let round = newRound();
  let last = Promise.resolve();

  function give(mine: Round, { persona, portrait }: Made, status: ImageStatus | undefined): void {
    if (mine !== round) return; // void meanwhile
    if (status) mine.states[portrait.key] = status;
    else mine.missing.push(portrait);
    mine.given += 1;
    emit(personaEvent(persona, status));
  }

  /** At once; only the events are in order. */
  function enqueue(mine: Round): void {
    const together = mine.waiting;
    if (together.length === 0) return;
    mine.waiting = [];
    const found = inTime(enqueuePortraits(together.map(({ portrait }) => portrait)));
    last = last.then(async () => {
      const states = await found;
      for (const made of together) give(mine, made, states[made.portrait.key]);
    });
  }

  return {
    get personas() {
      return round.personas;
    },
    get states() {
      return round.states;
    },
    get missing() {
      return round.missing;
    },
    add(persona, portrait) {
      const mine = round;
      mine.personas.push(persona);
      if (mine.waiting.push({ persona, portrait }) === 1) queueMicrotask(() => enqueue(mine));
    },
    restart() {
      const { given } = round;
      round = newRound();
      return given > 0;
    },
    made() {
      enqueue(round);
      return last;
    },
  };
}
