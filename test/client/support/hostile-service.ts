import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import {
  chatAnswer,
  type Exchange,
  personaSet,
  sendJson,
  sendProblem,
  sendStream,
  sendWhole,
} from "./answers.ts";
import { createRun, play, type Run, type Step } from "./runs.ts";
import type { Fault, Slicer } from "./wire-faults.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** The service's streams as CONTRACT §3 and §5 have them, on a network that is scripted to fail. */
export interface HostileService {
  readonly origin: string;
  /** Every request, in order. */
  readonly requests: ReceivedRequest[];
  readonly runs: Run[];
  /** For the connections that carry streams, in order; none when they are used up. */
  faults: Fault[];
  /** The same for JSON answers, and for DELETE. */
  jsonFaults: Fault[];
  stopFaults: Fault[];
  /** What the next runs write, in order; the last one's steps for all that follow. */
  scripts: Step[][];
  nextSize: Slicer;
  /** What `GET /api/personas/{id}` answers, one after the other; the last for ever. */
  sets: object[];
  /** Forgets a run, as the service does after its time. */
  forget(id: string): void;
  close(): Promise<void>;
}

const NO_FAULT: Fault = { kind: "none" };
const NO_USAGE = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** The first, taken away while there are others. */
function nextOf<T>(list: T[]): T | undefined {
  return list.length > 1 ? list.shift() : list[0];
}

export function problemFault(status: number, code: string, headers: Record<string, string> = {}): Fault {
  const body = JSON.stringify({ code, detail: `It is ${code}.`, status });
  return {
    kind: "answer",
    status,
    body,
    headers: { "Content-Type": "application/problem+json", ...headers },
  };
}

export async function startHostileService(): Promise<HostileService> {
  const byKey = new Map<string, Run>();
  const line = (faults: Fault[]) => ({ fault: faults.shift() ?? NO_FAULT, nextSize: service.nextSize });
  let made = 0;

  function begin(key: string): Run {
    const known = byKey.get(key);
    if (known) return known;
    made += 1;
    const run = createRun(`run-${made}`);
    service.runs.push(run);
    byKey.set(key, run);
    void play(run, nextOf(service.scripts) ?? []);
    return run;
  }

  function get(exchange: Exchange): unknown {
    const { req, res, path } = exchange;
    if (path.startsWith("/api/personas/set")) {
      const set = nextOf(service.sets);
      return set ? sendJson(res, set) : sendProblem(res, 404, "not_found");
    }
    const run = service.runs.find(({ id }) => path.endsWith(`/${id}`));
    if (!run) return sendProblem(res, 404, "not_found");
    const after = Number(req.headers["last-event-id"] ?? 0);
    if (run.ended && after >= (run.events.at(-1)?.id ?? 0)) return res.writeHead(204).end();
    return sendStream(exchange, run, after, line(service.faults));
  }

  function post(exchange: Exchange, key: string): unknown {
    const personas = exchange.path === "/api/personas/generate";
    const run = begin(key || JSON.stringify(exchange.body));
    if (String(exchange.req.headers.accept).includes("event-stream"))
      return sendStream(exchange, run, 0, line(service.faults));
    return sendWhole(exchange, run, line(service.jsonFaults), () =>
      personas ? personaSet(run) : chatAnswer(run),
    );
  }

  function stop({ res, path }: Exchange, key: string): unknown {
    const fault = service.stopFaults.shift();
    if (fault?.kind === "drop-before-head") return res.destroy();
    const run = service.runs.find(({ id }) => path.endsWith(`/${id}`)) ?? byKey.get(key);
    run?.add({ done: true, finishReason: "stopped", usage: NO_USAGE });
    return res.writeHead(204).end();
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = req.method === "POST" ? await json(req) : undefined;
    const { url: path = "", method = "" } = req;
    const headers = req.headers as ReceivedRequest["headers"];
    const key = headers["idempotency-key"] ?? "";
    service.requests.push({ method, path, headers, body });
    const exchange = { req, res, path, body };
    if (method === "POST") await post(exchange, key);
    else await (method === "DELETE" ? stop(exchange, key) : get(exchange));
  }

  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: HostileService = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    runs: [],
    faults: [],
    jsonFaults: [],
    stopFaults: [],
    scripts: [],
    sets: [],
    nextSize: () => 1_000_000,
    forget: (id) =>
      void service.runs.splice(
        service.runs.findIndex((run) => run.id === id),
        1,
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}
