import { parseBody } from "../openai/body.ts";
import { ApiFailure, missing } from "../openai/failure.ts";
import type { ApiCall, ApiRoute } from "../openai/route.ts";
import type { Parts } from "../parts.ts";
import type { FileShelf } from "./files.ts";
import { type Answerers, createLineAnswerer } from "./lines.ts";

/** As the API shows it. */
interface Batch {
  readonly id: string;
  readonly object: "batch";
  readonly endpoint: string;
  readonly errors: null;
  readonly input_file_id: string;
  readonly completion_window: "24h";
  /** Seconds since 1970. */
  readonly created_at: number;
  readonly metadata: unknown;
  status: string;
  output_file_id: string | null;
  error_file_id: string | null;
  request_counts: { total: number; completed: number; failed: number };
}

/** The most lines of one file, as the API has it. */
const MAX_LINES = 50_000;
const OVER = ["failed", "completed", "expired", "cancelled"];

/** What is asked for, or a refusal that names what is missing. */
function readBatch(raw: string, endpoints: readonly string[]) {
  const { input_file_id, endpoint, completion_window, metadata = null } = parseBody(raw);
  if (typeof input_file_id !== "string") throw missing("input_file_id");
  if (typeof endpoint !== "string" || !endpoints.includes(endpoint)) throw missing("endpoint");
  if (completion_window !== "24h") throw missing("completion_window");
  return { input_file_id, endpoint, completion_window, metadata } as const;
}

/** Batches that are done at the pace of one answer: `validating`, `in_progress`, `completed`; or half of them, where they are cancelled. */
export function batchRoutes(parts: Parts, shelf: FileShelf, answerers: Answerers): ApiRoute[] {
  const batches: Batch[] = [];
  const answerLine = createLineAnswerer(parts, answerers);

  function find(id: string): Batch {
    const batch = batches.find((one) => one.id === id);
    if (!batch) throw new ApiFailure(404, `No batch found with id '${id}'.`, { param: "id" });
    return batch;
  }

  /** A line's own status decides in which file its answer is. `share`: how many of them are answered. */
  async function answerLines(batch: Batch, share = 1): Promise<void> {
    const all = shelf.linesOf(batch.input_file_id);
    const output: string[] = [];
    const errors: string[] = [];
    for (const line of all.slice(0, Math.floor(all.length * share))) {
      const { failed, text } = await answerLine(line, batch.endpoint);
      (failed ? errors : output).push(text);
    }
    batch.request_counts = { total: all.length, completed: output.length, failed: errors.length };
    if (output.length > 0) batch.output_file_id = shelf.put(output.reverse().join(""), "batch_output").id;
    if (errors.length > 0) batch.error_file_id = shelf.put(errors.join(""), "batch_output").id;
  }

  /** It moves when it is looked at: no timer outlives a test. */
  async function move(batch: Batch): Promise<void> {
    const { ttftMs } = parts.paces.paceFor("chat", batch.id);
    if (batch.status === "cancelling") {
      batch.status = "cancelled";
      await answerLines(batch, 0.5); // what had finished by then is paid, and in the files
    } else if (batch.status === "validating" && Date.now() >= batch.created_at * 1000 + ttftMs) {
      batch.status = "in_progress";
      await answerLines(batch);
      batch.status = "completed";
    }
  }

  function create({ exchange, raw }: ApiCall): void {
    const asked = readBatch(raw, Object.keys(answerers));
    if (shelf.linesOf(asked.input_file_id).length > MAX_LINES)
      throw new ApiFailure(400, "The file has too many lines.");
    const batch: Batch = {
      id: `batch_standin_${batches.length + 1}_${Date.now().toString(36)}`,
      object: "batch",
      ...asked,
      status: "validating",
      errors: null,
      output_file_id: null,
      error_file_id: null,
      created_at: Math.floor(Date.now() / 1000),
      request_counts: { total: 0, completed: 0, failed: 0 },
    };
    batches.push(batch);
    exchange.json(200, batch);
  }

  function list({ exchange }: ApiCall): void {
    const data = batches.toReversed().slice(0, 100);
    const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
    exchange.json(200, { object: "list", data, has_more: false, ...ends });
  }

  async function show({ exchange, id }: ApiCall): Promise<void> {
    const batch = find(id);
    await move(batch);
    exchange.json(200, batch);
  }

  function cancel({ exchange, id }: ApiCall): void {
    const batch = find(id);
    if (!OVER.includes(batch.status)) batch.status = "cancelling";
    exchange.json(200, batch);
  }

  return [
    { method: "POST", path: /^\/batches$/, answer: create },
    { method: "GET", path: /^\/batches$/, answer: list },
    { method: "GET", path: /^\/batches\/([^/]+)$/, answer: show },
    { method: "POST", path: /^\/batches\/([^/]+)\/cancel$/, answer: cancel },
  ];
}
