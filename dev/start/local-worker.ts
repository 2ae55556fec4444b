// What `npm start` runs: src/worker.ts, for requests to this machine's own names and those that `--host` named.
import { requestId } from "../../src/http/request-id.ts";
import worker from "../../src/worker.ts";

export * from "../../src/worker.ts"; // the Durable Object classes

type Env = Parameters<typeof worker.fetch>[1] & {
  /** Comma-separated host names, from `--host`. */
  readonly ALLOWED_HOSTS?: string;
};

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

function refuse(request: Request, hostname: string): Response {
  const id = requestId(request);
  const body = {
    type: "about:blank",
    title: "Misdirected Request",
    status: 421, // RFC 9110 §15.5.20
    code: "host_not_allowed",
    detail: `This answers to localhost only. To have it answer to this name, too: npm start -- --host ${hostname}`,
    requestId: id,
  };
  const headers = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "X-Request-Id": id,
  };
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

export default {
  ...worker,
  /** Any page can have a name of its own point to 127.0.0.1, and would then spend the developer's key. */
  fetch(request, env, ctx) {
    const { hostname } = new URL(request.url);
    const allowed = [...LOOPBACK, ...(env.ALLOWED_HOSTS ?? "").split(",")];
    const isAllowed = allowed.includes(hostname) || hostname.endsWith(".localhost");
    return isAllowed ? worker.fetch(request, env, ctx) : refuse(request, hostname);
  },
} satisfies ExportedHandler<Env>;
