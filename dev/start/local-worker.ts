// What `npm start` runs: src/worker.ts, for requests to this machine's own names and those that `--host` named.
import { requestId } from "../../src/http/headers.ts";
import worker from "../../src/worker.ts";

export * from "../../src/worker.ts"; // the Durable Object classes

type Env = Parameters<typeof worker.fetch>[1] & {
  /** Comma-separated host names, from `--host`. */
  readonly ALLOWED_HOSTS?: string;
  readonly ALLOWED_ORIGINS?: string;
};

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Empty where it is no URL, as the origin `null` is none. */
function readHostname(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}

function isLocal(hostname: string, { ALLOWED_HOSTS = "" }: Env): boolean {
  const names = [...LOOPBACK, ...ALLOWED_HOSTS.split(",")];
  return hostname !== "" && (names.includes(hostname) || hostname.endsWith(".localhost"));
}

/** Whose page it is, which no page can change, while wrangler lets any set the URL (`MF-Original-URL`). */
function isFromKnownPage({ headers }: Request, env: Env): boolean {
  const origin = headers.get("Origin");
  if (origin === null || isLocal(readHostname(origin), env)) return true;
  return (env.ALLOWED_ORIGINS ?? "").split(/\s*,\s*/).includes(origin);
}

function refuse(request: Request): Response {
  const id = requestId(request);
  const body = {
    type: "about:blank",
    title: "Misdirected Request",
    status: 421, // RFC 9110 §15.5.20
    code: "host_not_allowed",
    detail:
      "This answers to localhost only. To have it answer to another name, too: npm start -- --host <name>",
    requestId: id,
  };
  const headers = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "X-Request-Id": id,
  };
  return Response.json(body, { status: body.status, headers });
}

export default {
  ...worker,
  /** Any page can have a name of its own point to 127.0.0.1 (DNS rebinding), and would spend the developer's key. */
  fetch(request, env, ctx) {
    const isAllowed = isLocal(readHostname(request.url), env) && isFromKnownPage(request, env);
    return isAllowed ? worker.fetch(request, env, ctx) : refuse(request);
  },
} satisfies ExportedHandler<Env>;
