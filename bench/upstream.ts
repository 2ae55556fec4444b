import type { Step } from "../dev/stand-in/script.ts";

export interface Pace {
  readonly ttftMs?: number;
  readonly tokensPerSecond?: number;
  readonly imageMs?: number;
}

/** A call as the stand-in saw it. Milliseconds. */
export interface Call {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The stand-in for OpenAI, by its control routes. */
export interface Upstream {
  pace(pace: Pace): Promise<void>;
  /** The text calls so far with `match` in them; waits until there is one, and each has ended. */
  calls(match: string): Promise<Call[]>;
  /** Answers every question with `match` in it in this way. */
  script(match: string, step: Step): Promise<void>;
  /** Portraits that cost nothing to paint: what the stand-in and the machine do for them is no part of a number. */
  plainPortraits(): Promise<void>;
  /** When the answer to each such question began, by the question. Wall-clock milliseconds. */
  beginnings(match: string): Promise<Map<string, number>>;
  /** Forgets scripts, paces and calls. */
  forget(): Promise<void>;
}

/** A chat as the stand-in saw it. */
interface Chat {
  readonly body: { readonly messages: readonly { readonly content: string }[] };
  readonly firstByteAt: number;
}

/** In the body of each call for a portrait, and of no other. */
const IMAGE_CALL = "gpt-image";

export function openUpstream(origin: string): Upstream {
  const control = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${origin}/__stand-in${path}`, init);
    if (!response.ok) throw new Error(`the stand-in answered ${response.status} to ${path}`);
    return await response.json();
  };
  const script = async (match: string, step: Step) => {
    await control("/script", {
      method: "POST",
      body: JSON.stringify({ match, steps: [step], repeat: true }),
    });
  };
  return {
    script,
    plainPortraits: () => script(IMAGE_CALL, { imageBytes: 30_000 }),
    async pace(pace) {
      await control("/pace", { method: "POST", body: JSON.stringify(pace) });
    },
    async calls(match) {
      const query = new URLSearchParams({ match, count: "1", outcome: "finished" });
      const { calls } = (await control(`/calls/wait?${query}`)) as { calls: (Call & { path: string })[] };
      return calls.filter(({ path }) => path.endsWith("/chat/completions"));
    },
    async beginnings(match) {
      const { calls } = (await control(`/calls?${new URLSearchParams({ match })}`)) as { calls: Chat[] };
      const questionOf = ({ body }: Chat) => body.messages.at(-1)?.content ?? "";
      return new Map(calls.map((call) => [questionOf(call), call.firstByteAt]));
    },
    async forget() {
      await control("/", { method: "DELETE" });
    },
  };
}
