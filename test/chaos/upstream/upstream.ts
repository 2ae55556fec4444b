import { type StandIn, startStandIn } from "../../../dev/stand-in/index.ts";
import type { Step } from "../../../dev/stand-in/script.ts";
import { type Asked, startBreakingProxy } from "../../dev/breaking-proxy.ts";
import type { Call, Question } from "../evidence/evidence.ts";
import { type Random, seededRandom } from "../random.ts";
import { billOf, worstCase } from "./bill.ts";
import { chatText, LOOK, MARK, personasText, portraitOf } from "./marks.ts";
import { goodStep, type Plan, planOf, type Work } from "./plan.ts";

export interface Upstream {
  readonly baseUrl: string;
  readonly calls: readonly Call[];
  /** From now on all goes well. */
  calm(): void;
  close(): Promise<void>;
}

interface Piece {
  readonly mark: string;
  readonly work: Work;
  readonly random: Random;
  readonly plan: Plan;
  /** Calls so far, and the good ones among them. */
  calls: number;
  good: number;
}

type Body = Readonly<Record<string, unknown>> & {
  readonly messages?: readonly { role: string; content: string }[];
};

// Enough to hold the usage at the end of any answer. Characters.
const TAIL_CHARS = 4_096;
/** Draws of the upstream's come from streams of their own. */
const STREAM = 1_000_000;

/** What is asked for, by its mark: a look, or the last message's question. */
function read(path: string, body: Body): { mark: string; work: Work } | undefined {
  if (path.endsWith("/images/generations")) {
    const look = LOOK.exec(String(body.prompt))?.[0];
    return look === undefined ? undefined : { mark: look, work: "portrait" };
  }
  if (!path.endsWith("/chat/completions")) return undefined;
  const work = body.response_format ? "personas" : "chat";
  const users = (body.messages ?? []).filter(({ role }) => role === "user");
  const said = work === "chat" ? users.at(-1) : users.find(({ content }) => content.startsWith("{"));
  const mark = said?.content.match(MARK)?.[0];
  return mark === undefined ? undefined : { mark, work };
}

/** Calls `onEnd` with the last of the text: at its end, or as far as it came. */
function watched(body: ReadableStream<Uint8Array>, onEnd: (tail: string, whole: boolean) => void) {
  const decoder = new TextDecoder("latin1");
  let tail = "";
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          onEnd(tail, true);
          controller.close();
        } else {
          tail = (tail + decoder.decode(value)).slice(-TAIL_CHARS);
          controller.enqueue(value);
        }
      } catch (error) {
        onEnd(tail, false);
        controller.error(error);
      }
    },
    async cancel(reason) {
      onEnd(tail, false);
      await reader.cancel(reason).catch(() => {});
    },
  });
}

/** The stand-in behind a till, which has each call go as its question's plan says and writes down what it cost. */
export async function startUpstream(
  seed: number,
  questions: ReadonlyMap<string, Question>,
): Promise<Upstream> {
  const standIn: StandIn = await startStandIn({ pace: "fast" });
  const proxy = await startBreakingProxy(() => standIn.origin);
  const pieces = new Map<string, Piece>();
  const calls: Call[] = [];
  let isCalm = false;
  let asked = 0;

  function pieceOf({ mark, work }: { mark: string; work: Work }): Piece {
    const known = pieces.get(mark);
    if (known) return known;
    const random = seededRandom(seed, STREAM + Number.parseInt(mark.replaceAll(/\D/g, ""), 10));
    const made = { mark, work, random, plan: planOf(work, random), calls: 0, good: 0 };
    pieces.set(mark, made);
    return made;
  }

  async function contentOf({ mark, work, good }: Piece): Promise<string> {
    if (work === "chat") return chatText(mark);
    if (work === "portrait") return (await portraitOf(mark)).toString("base64");
    return personasText(mark, good, questions.get(mark)?.count ?? 3);
  }

  async function nextStep(piece: Piece): Promise<{ step: Step; good: boolean }> {
    const content = await contentOf(piece);
    const planned = isCalm ? undefined : piece.plan[piece.calls];
    piece.calls += 1;
    if (planned) return planned(content);
    piece.good += 1;
    return { step: goodStep(piece.work, content, piece.random), good: true };
  }

  /** The call's own mark is a member that the stand-in does not look at. */
  async function scripted(request: Asked, body: Body, step: Step): Promise<Asked> {
    const match = `storm-call-${++asked}-`;
    const script = JSON.stringify({ match, steps: [step] });
    await fetch(`${standIn.origin}/__stand-in/script`, { method: "POST", body: script });
    return { ...request, body: JSON.stringify({ ...body, storm: match }) };
  }

  proxy.put(async (request, pass) => {
    const body = (request.body.startsWith("{") ? JSON.parse(request.body) : {}) as Body;
    const found = read(request.path, body);
    if (!found) return await pass(request);
    const from = Date.now();
    const { step, good } = await nextStep(pieceOf(found));
    let ended = false;
    const end = (status: number, tail: string, whole: boolean) => {
      if (ended) return;
      ended = true;
      const billedUsd = billOf(found.work, body, { status, tail, whole });
      const { mark, work: kind } = found;
      calls.push({
        mark,
        kind,
        from,
        to: Date.now(),
        billedUsd,
        worstUsd: worstCase(found.work, body),
        good: good && whole,
      });
    };
    try {
      const answer = await pass(await scripted(request, body, step));
      if (!answer.body) throw new Error("no body");
      const through = watched(answer.body, (tail, whole) => end(answer.status, tail, whole));
      return new Response(through, { status: answer.status, headers: answer.headers });
    } catch (error) {
      end(0, "", false);
      throw error;
    }
  });

  return {
    baseUrl: `${proxy.origin}/v1`,
    calls,
    calm() {
      isCalm = true;
    },
    async close() {
      proxy.close();
      await standIn.close();
    },
  };
}
