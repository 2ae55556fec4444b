import type OpenAI from "openai";
import { UpstreamError } from "./failures.ts";
import type { Upstream } from "./upstream.ts";

export type Endpoint = "chat" | "images";

const PATHS = { chat: "/v1/chat/completions", images: "/v1/images/generations" } as const;

export interface UpstreamBatch {
  readonly id: string;
  /** Nothing more is made of it. */
  readonly over: boolean;
  readonly outputFile: string | undefined;
  readonly errorFile: string | undefined;
}

/** The Batch API. Every method throws an `UpstreamError`. */
export interface Batches {
  /** One request as a line of the file. */
  toLine(id: string, endpoint: Endpoint, body: object): string;
  /** Gives the file's id. */
  upload(lines: string): Promise<string>;
  create(file: string, endpoint: Endpoint, id: string): Promise<UpstreamBatch>;
  /** The one that was created under this id of ours, if any. */
  find(id: string): Promise<UpstreamBatch | undefined>;
  read(upstreamId: string): Promise<UpstreamBatch>;
  cancel(upstreamId: string): Promise<void>;
  /** Its body breaks off where it takes too long. */
  open(file: string): Promise<ReadableStream<Uint8Array>>;
  remove(file: string): Promise<void>;
}

/** In a batch's metadata: which of ours it is. */
const OUR_ID = "asknewton_batch";
const OVER = new Set(["failed", "completed", "expired", "cancelled"]);
/** A hundred batches each, the newest first: one whose id was lost is a few minutes old. */
const MAX_PAGES = 5;
/** Whole calls, and a whole file of results, which takes as long as what is in it is worked on. Milliseconds. */
const TIMEOUTS = { call: 60_000, file: 9 * 60_000 };

function toBatch({ id, status, output_file_id: output, error_file_id: error }: OpenAI.Batch): UpstreamBatch {
  return { id, over: OVER.has(status), outputFile: output ?? undefined, errorFile: error ?? undefined };
}

/** Whether an answer says that there is no such API. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof UpstreamError && [404, 405, 501].includes(error.status ?? 0);
}

export function createBatches({ call }: Pick<Upstream, "call">, timeouts = TIMEOUTS): Batches {
  const options = (timeout: keyof typeof TIMEOUTS = "call") => {
    return { signal: AbortSignal.timeout(timeouts[timeout]) };
  };
  return {
    toLine: (id, endpoint, body) =>
      `${JSON.stringify({ custom_id: id, method: "POST", url: PATHS[endpoint], body })}\n`,
    async upload(lines) {
      const body = new FormData();
      body.set("purpose", "batch");
      body.set("file", new File([lines], "requests.jsonl", { type: "application/jsonl" }));
      // Not `files.create`: its look at the platform makes the runtime write a warning into the log.
      return (await call((client) => client.post<OpenAI.FileObject>("/files", { body, ...options() }))).id;
    },
    async create(file, endpoint, id) {
      const asked = {
        input_file_id: file,
        endpoint: PATHS[endpoint],
        completion_window: "24h" as const,
        metadata: { [OUR_ID]: id },
      };
      return toBatch(await call((client) => client.batches.create(asked, options())));
    },
    find: (id) =>
      call(async (client) => {
        let page = await client.batches.list({ limit: 100 }, options());
        for (let pages = 1; ; pages += 1) {
          const found = page.data.find(({ metadata }) => metadata?.[OUR_ID] === id);
          if (found) return toBatch(found);
          if (pages === MAX_PAGES || !page.hasNextPage()) return undefined;
          page = await page.getNextPage();
        }
      }),
    read: async (id) => toBatch(await call((client) => client.batches.retrieve(id, options()))),
    async cancel(id) {
      await call((client) => client.batches.cancel(id, options()));
    },
    async open(file) {
      const { body } = await call((client) => client.files.content(file, options("file")));
      if (!body) throw new UpstreamError("upstream_error", { transient: true });
      return body;
    },
    async remove(file) {
      await call((client) => client.files.delete(file, options()));
    },
  };
}
