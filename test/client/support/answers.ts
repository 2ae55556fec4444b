import type { IncomingMessage, ServerResponse } from "node:http";
import type { LoggedEvent, Run } from "./runs.ts";
import { type Fault, openPipe, type Pipe, type Slicer } from "./wire-faults.ts";

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly body: unknown;
}

export interface Line {
  readonly fault: Fault;
  readonly nextSize: Slicer;
}

const SSE = { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache, no-transform" };

export function sendProblem(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { "Content-Type": "application/problem+json" });
  res.end(JSON.stringify({ type: `/docs#${code}`, title: code, status, code, detail: `It is ${code}.` }));
}

export function sendJson(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/** Answers as the fault says where that leaves no room for anything else. */
function answeredByFault(res: ServerResponse, fault: Fault): boolean {
  if (fault.kind === "silence-before-head") return true;
  if (fault.kind === "drop-before-head") res.destroy();
  else if (fault.kind === "answer") {
    res.writeHead(fault.status, { "Content-Type": "text/html", ...fault.headers }).end(fault.body ?? "");
  } else return false;
  return true;
}

async function pump(run: Run, after: number, pipe: Pipe): Promise<void> {
  const write = (event: LoggedEvent) => pipe.write(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
  for (let sent = after; ; ) {
    const event = run.events.find(({ id }) => id > sent);
    if (event && !(await write(event))) return;
    if (event) sent = event.id;
    else if (run.ended) return pipe.end();
    else await run.changed();
  }
}

export async function sendStream({ res }: Exchange, run: Run, after: number, { fault, nextSize }: Line) {
  if (answeredByFault(res, fault)) return;
  res.writeHead(200, { ...SSE, "X-Stream-Id": run.id, "X-Request-Id": "req-1" });
  if (fault.kind !== "buffer") res.flushHeaders();
  await pump(run, after, openPipe(res, fault, nextSize));
}

export async function sendWhole(
  { res }: Exchange,
  run: Run,
  { fault, nextSize }: Line,
  answer: () => object,
) {
  if (answeredByFault(res, fault)) return;
  while (!run.ended) await run.changed();
  const error = run.events.at(-1)?.error as { code: string } | undefined;
  if (error) return sendProblem(res, 502, error.code);
  const pipe = openPipe(res, fault, nextSize);
  res.writeHead(200, { "Content-Type": "application/json" });
  if (await pipe.write(Buffer.from(JSON.stringify(answer())))) pipe.end();
}

function sinceReset({ events }: Run): LoggedEvent[] {
  return events.slice(events.findLastIndex(({ reset }) => reset) + 1);
}

export function chatAnswer(run: Run): object {
  const content = sinceReset(run).map((event) => event.content ?? "");
  const { finishReason, usage, model, droppedMessages }: Partial<LoggedEvent> = run.events.at(-1) ?? {};
  const message = { role: "assistant", content: content.join("") };
  return { message, finishReason, usage, model, droppedMessages, streamId: run.id };
}

export function personaSet(run: Run): object {
  const { setId, fromCache, createdAt }: Partial<LoggedEvent> = run.events.at(-1) ?? {};
  const personas = sinceReset(run).flatMap(({ persona }) => (persona ? [persona] : []));
  return { setId, personas, fromCache, createdAt };
}
