/** What a call asks for; each is as fast as its own kind of model. */
export type Work = "personas" | "chat";
export type PaceName = "real" | "fast";

export interface Pace {
  /** From the headers of a stream to its first content. */
  readonly ttftMs: number;
  /** One delta is one token. 0 means without pause. */
  readonly tokensPerSecond: number;
  /** Characters in a delta; undefined splits at words, about 4 characters each. */
  readonly chunkChars: number | undefined;
  /** How far a delta strays from its beat, as a share of the beat. */
  readonly jitter: number;
  /** A portrait takes from the first to the second. */
  readonly imageMs: readonly [number, number];
}

type Changeable = "ttftMs" | "tokensPerSecond" | "chunkChars" | "imageMs";
export type PaceChange = { readonly [name in Changeable]?: number | undefined };

const NO_PAUSE: Pace = { ttftMs: 0, tokensPerSecond: 0, chunkChars: undefined, jitter: 0, imageMs: [0, 0] };
// Portraits really take 6 to 120 s; half of the least keeps a demonstration lively.
const UNHURRIED: Pace = { ...NO_PAUSE, imageMs: [3_000, 5_000] };

const PRESETS: Record<PaceName, Record<Work, Pace>> = {
  real: {
    // Three personas are some 1,300 tokens: five to six seconds at this rate.
    personas: { ...UNHURRIED, ttftMs: 600, tokensPerSecond: 260, jitter: 0.3 },
    chat: { ...UNHURRIED, ttftMs: 350, tokensPerSecond: 60, jitter: 0.6 },
  },
  fast: { personas: NO_PAUSE, chat: NO_PAUSE },
};

/** A rate that was asked for is kept exactly, so it has no jitter. */
function apply(pace: Pace, { imageMs, ...change }: PaceChange): Pace {
  return {
    ttftMs: change.ttftMs ?? pace.ttftMs,
    tokensPerSecond: change.tokensPerSecond ?? pace.tokensPerSecond,
    chunkChars: change.chunkChars ?? pace.chunkChars,
    jitter: change.tokensPerSecond === undefined ? pace.jitter : 0,
    imageMs: imageMs === undefined ? pace.imageMs : [imageMs, imageMs],
  };
}

/** A change for all calls comes first, then those whose match is in the call, the latest last. */
export function createPaceBook(name: PaceName) {
  const changes = new Map<string, PaceChange>();
  return {
    paceFor(work: Work, text: string): Pace {
      let pace = apply(PRESETS[name][work], changes.get("") ?? {});
      for (const [match, change] of changes) if (match && text.includes(match)) pace = apply(pace, change);
      return pace;
    },
    /** Adds to what was said before for the same match; the empty match is all calls. */
    set(match: string, change: PaceChange): void {
      const before = changes.get(match);
      changes.delete(match);
      changes.set(match, { ...before, ...change });
    },
    clear: () => changes.clear(),
  };
}
