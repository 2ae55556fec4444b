import type OpenAI from "openai";
import type { APIError } from "openai";
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { ImageGenerateParamsNonStreaming } from "openai/resources/images";
import { droppedConnection, parseErrorResponse, UpstreamError } from "./failures.ts";

/** What the rooms need of OpenAI. Every method throws an `UpstreamError`. */
export interface Upstream {
  /** The answer's head has come with a 2xx; its body is an SSE stream, still unread. */
  streamChat(body: ChatCompletionCreateParamsStreaming, options: SendOptions): Promise<Response>;
  /** The answer's head has come with a 2xx; its body is JSON with the portrait in it, still unread. */
  createImage(body: ImageRequest, signal: AbortSignal): Promise<Response>;
  /** `YYYY-MM-DD` where a model's end is announced. */
  shutdownDate(model: string): Promise<string | null>;
  /** A call of another part of the API, by the SDK's client. */
  call<T>(work: (client: OpenAI) => Promise<T>): Promise<T>;
}

/** A body of `images/generations`. Size and quality are the operator's: the SDK's types lag behind the models. */
export interface ImageRequest {
  readonly model: string;
  readonly prompt: string;
  readonly size: string;
  readonly quality?: string;
  readonly output_format?: "webp";
  readonly response_format?: "b64_json";
}

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Called at once when the request has left. */
  readonly onSent: () => void;
}

export interface UpstreamOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** Go with every call. */
  readonly headers: Readonly<Record<string, string>>;
  readonly now: () => number;
}

function toUpstreamError(error: unknown, now: number): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const { status, headers, error: body } = Object(error) as Partial<APIError>;
  if (typeof status !== "number") return droppedConnection(error);
  return parseErrorResponse(status, body, headers instanceof Headers ? headers : new Headers(), now);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;
const LOOKUP_TIMEOUT_MS = 10_000;

// Scope: the isolate. Imported with the first call: its 145 ms at start-up would be paid by every cached answer, too.
let SdkClient: typeof OpenAI | undefined;

async function loadClient(): Promise<typeof OpenAI> {
  SdkClient ??= (await import("./sdk.ts")).Client;
  return SdkClient;
}

/** What a call gives its client's `fetch` beside the SDK's own options. */
interface SentHook {
  readonly redirect: "manual";
  readonly onSent: () => void;
}

/** JSON that its head does not call so, as small servers send it, the SDK would take for text. */
function asJson(answer: Response): Response {
  const type = answer.headers.get("Content-Type");
  if (type !== null && !type.startsWith("text/plain")) return answer;
  const named = new Response(answer.body, answer);
  named.headers.set("Content-Type", "application/json");
  return named;
}

/**
 * OpenAI, or anything that speaks its API at `baseUrl`. The SDK builds requests and reads errors; retries
 * are the run's (it counts them and pays for them), and so is the decoding of streams.
 */
export function createUpstream({ apiKey, baseUrl, headers, now }: UpstreamOptions): Upstream {
  let client: OpenAI | undefined; // it has some fifty objects, and holds nothing of a call

  async function openClient(): Promise<OpenAI> {
    const Client = await loadClient();
    client ??= new Client({
      apiKey,
      baseURL: baseUrl,
      defaultHeaders: headers,
      maxRetries: 0,
      timeout: 2 ** 31 - 1, // the caller's signal ends a call
      logLevel: "off", // it would write requests, and so prompts, to the log
      async fetch(url, init) {
        const answer = fetch(url, { ...init, redirect: "manual" }); // a redirect could carry the key elsewhere
        (init as Partial<SentHook> | undefined)?.onSent?.();
        return asJson(await answer);
      },
    });
    return client;
  }

  return {
    async streamChat(body, { signal, onSent }) {
      try {
        const { chat } = await openClient();
        signal.throwIfAborted();
        const fetchOptions: SentHook = { redirect: "manual", onSent };
        return await chat.completions.create(body, { signal, fetchOptions }).asResponse();
      } catch (error) {
        throw toUpstreamError(error, now());
      }
    },
    async createImage(body, signal) {
      try {
        const { images } = await openClient();
        return await images.generate(body as ImageGenerateParamsNonStreaming, { signal }).asResponse();
      } catch (error) {
        throw toUpstreamError(error, now());
      }
    },
    async call(work) {
      try {
        return await work(await openClient());
      } catch (error) {
        throw toUpstreamError(error, now());
      }
    },
    async shutdownDate(model) {
      try {
        const { models } = await openClient();
        const found = await models.retrieve(model, { signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) });
        const { shutdown_date: date } = found as { shutdown_date?: unknown };
        return typeof date === "string" && ISO_DATE.test(date) ? date.slice(0, 10) : null;
      } catch (error) {
        throw toUpstreamError(error, now());
      }
    },
  };
}
