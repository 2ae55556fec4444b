import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";
import { parseBody } from "../openai/body.ts";
import { ApiFailure, missing } from "../openai/failure.ts";
import type { ApiRoute } from "../openai/route.ts";
import type { PaceBook } from "../pace.ts";
import type { FileShelf } from "./files.ts";
import type { LineAnswerer } from "./lines.ts";

interface Batch {
  readonly id: string;
  readonly endpoint: string;
  readonly inputFile: string;
  readonly metadata: unknown;
  readonly createdAt: number;
  status: string;
  outputFile: string | undefined;
  errorFile: string | undefined;
  counts: { total: number; completed: number; failed: number };
}

export interface BatchParts {
  readonly shelf: FileShelf;
  readonly paces: PaceBook;
  readonly answerLine: LineAnswerer;
}

/** The most lines of one file, as the API has it. */
const MAX_LINES = 50_000;
const ENDPOINTS = ["/v1/chat/completions", "/v1/images/generations"];
const OVER = ["failed", "completed", "expired", "cancelled"];

function shown(batch: Batch): JsonObject {
  const { id, endpoint, status, metadata, counts } = batch;
  return {
    id,
    object: "batch",
    endpoint,
    status,
    errors: null,
    input_file_id: batch.inputFile,
    completion_window: "24h",
    output_file_id: batch.outputFile ?? null,
    error_file_id: batch.errorFile ?? null,
    created_at: Math.floor(batch.createdAt / 1000),
    request_counts: counts,
    metadata: metadata ?? null,
  };
}

/** Batches that are done at the pace of one answer: `validating`, `in_progress`, `completed`; or half of them, where they are cancelled. */
export function createBatches({ shelf, paces, answerLine }: BatchParts): ApiRoute[] {
  const batches: Batch[] = [];

  function find(id: string): Batch {
    const batch = batches.find((one) => one.id === id);
    if (!batch) throw new ApiFailure(404, `No batch found with id '${id}'.`, { param: "id" });
    return batch;
  }

  /** What a line says of itself decides in which file its answer is. `share`: how many of them are answered. */
  async function answerLines(batch: Batch, share = 1): Promise<void> {
    const all = shelf
      .get(batch.inputFile)
      .text.split("\n")
      .filter((line) => line !== "");
    const lines = all.slice(0, Math.floor(all.length * share));
    const output: string[] = [];
    const errors: string[] = [];
    for (const line of lines) {
      const { failed, text } = await answerLine(asRecord(parseJson(line)) ?? {}, batch.endpoint);
      (failed ? errors : output).push(text);
    }
    batch.counts = { total: all.length, completed: output.length, failed: errors.length };
    if (output.length > 0) batch.outputFile = shelf.put(output.reverse().join(""), "batch_output");
    if (errors.length > 0) batch.errorFile = shelf.put(errors.join(""), "batch_output");
  }

  /** It moves when it is looked at: no timer outlives a test. */
  async function move(batch: Batch): Promise<void> {
    if (batch.status === "cancelling") {
      batch.status = "cancelled";
      await answerLines(batch, 0.5); // what had finished by then is paid, and in the files
    }
    const { ttftMs } = paces.paceFor("chat", batch.id);
    if (OVER.includes(batch.status) || Date.now() - batch.createdAt < ttftMs) return;
    if (batch.status !== "validating") return;
    batch.status = "in_progress";
    await answerLines(batch);
    batch.status = "completed";
  }

  return [
    {
      method: "POST",
      path: /^\/batches$/,
      answer({ exchange, raw }) {
        const { input_file_id: file, endpoint, completion_window: window, metadata } = parseBody(raw);
        if (typeof file !== "string") throw missing("input_file_id");
        if (!ENDPOINTS.includes(String(endpoint))) throw missing("endpoint");
        if (window !== "24h") throw missing("completion_window");
        const lines = shelf.get(file).text.split("\n").length;
        if (lines > MAX_LINES + 1) throw new ApiFailure(400, "The file has too many lines.");
        const counts = { total: 0, completed: 0, failed: 0 };
        const files = { inputFile: file, outputFile: undefined, errorFile: undefined };
        const id = `batch_standin_${batches.length + 1}_${Date.now().toString(36)}`;
        const asked = { id, endpoint: String(endpoint), metadata, createdAt: Date.now() };
        batches.push({ ...asked, ...files, status: "validating", counts });
        exchange.json(200, shown(find(id)));
      },
    },
    {
      method: "GET",
      path: /^\/batches$/,
      answer({ exchange }) {
        const data = batches.toReversed().slice(0, 100).map(shown);
        const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
        exchange.json(200, { object: "list", data, has_more: false, ...ends });
      },
    },
    {
      method: "GET",
      path: /^\/batches\/([^/]+)$/,
      async answer({ exchange, id }) {
        await move(find(id));
        exchange.json(200, shown(find(id)));
      },
    },
    {
      method: "POST",
      path: /^\/batches\/([^/]+)\/cancel$/,
      answer({ exchange, id }) {
        const batch = find(id);
        if (!OVER.includes(batch.status)) batch.status = "cancelling";
        exchange.json(200, shown(batch));
      },
    },
  ];
}
