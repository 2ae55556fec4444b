// A person cannot see 25 ms, and each event costs as much as parsing several tokens: what comes meanwhile goes
// together. The first text after a pause goes at once.
const GAP_MS = 25;
// One event is at most this long, so that no buffer behind it has to be longer.
const MAX_EVENT_CHARS = 16 * 1024;

/** UTF-16 has two halves for some characters; this tells the first. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Makes events of text as it comes. */
export interface Coalescer {
  /** Whether any text came, be it still waiting. */
  readonly begun: boolean;
  add(text: string): void;
  /** Sends what waits. */
  flush(): void;
  /** Forgets what waits. */
  drop(): void;
}

/** The longest piece that can go now: it ends between two characters, not within one. */
function nextPiece(text: string): string {
  const end = Math.min(text.length, MAX_EVENT_CHARS);
  return text.slice(0, isFirstHalf(text.charCodeAt(end - 1)) ? end - 1 : end);
}

export function createCoalescer(emit: (text: string) => void, now: () => number): Coalescer {
  let waiting = "";
  let begun = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function send(): void {
    timer = undefined;
    for (let piece = nextPiece(waiting); piece !== ""; piece = nextPiece(waiting)) {
      waiting = waiting.slice(piece.length);
      lastAt = now();
      emit(piece);
    }
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    get begun() {
      return begun;
    },
    add(text) {
      begun = true;
      waiting += text;
      const wait = lastAt + GAP_MS - now();
      if (wait <= 0) {
        stop();
        send();
      } else {
        timer ??= setTimeout(send, wait);
      }
    },
    flush() {
      stop();
      send();
      if (waiting !== "") emit(waiting.toWellFormed()); // half a character that the upstream never finished
      waiting = "";
    },
    drop() {
      stop();
      waiting = "";
      begun = false;
    },
  };
}
