import { describeError, log } from "../../log.ts";
import type { Payload } from "../../runs/sse.ts";
import type { ImageStates, StoredPersona } from "../presenter.ts";
import type { ImageStatus } from "../schema.ts";

/** What a portrait is made from, and shown by until it is. */
export interface Portrait {
  /** 64 hex characters. */
  readonly key: string;
  readonly prompt: string;
  readonly initials: string;
}

/** Gives each persona's event, in order, once its portrait is enqueued: no URL that goes out answers 404. */
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

// D1 answers in milliseconds. Where it does not, the persona goes out without: its portrait is enqueued with
// the set, and until then its URL has nothing to show.
const ENQUEUE_TIMEOUT_MS = 3_000;

async function enqueued(enqueuePortrait: () => Promise<ImageStatus>): Promise<ImageStatus | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ENQUEUE_TIMEOUT_MS);
  });
  const status = enqueuePortrait().catch((error: unknown) => {
    log.error("portrait.not_enqueued", describeError(error));
    return undefined;
  });
  return await Promise.race([status, tooLong]).finally(() => clearTimeout(timer));
}

interface Round {
  readonly personas: StoredPersona[];
  readonly states: Record<string, ImageStatus>;
  readonly missing: Portrait[];
  given: number;
}

const newRound = (): Round => ({ personas: [], states: {}, missing: [], given: 0 });

export function createOrderedEmitter(
  enqueuePortrait: (portrait: Portrait) => Promise<ImageStatus>,
  emit: (payload: Payload) => void,
): OrderedEmitter {
  let round = newRound();
  let last = Promise.resolve();

  function give(mine: Round, persona: StoredPersona, portrait: Portrait, status: ImageStatus | undefined) {
    if (mine !== round) return; // void meanwhile
    if (status) mine.states[portrait.key] = status;
    else mine.missing.push(portrait);
    mine.given += 1;
    emit({ persona, imageStatus: status ?? "pending" });
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
      const state = enqueued(() => enqueuePortrait(portrait)); // at once; only the events are in order
      last = last.then(async () => give(mine, persona, portrait, await state));
    },
    restart() {
      const { given } = round;
      round = newRound();
      return given > 0;
    },
    made: () => last,
  };
}
