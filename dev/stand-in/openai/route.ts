import type { Exchange } from "../exchange.ts";
import type { Step } from "../script.ts";

/** One call to the API, as a route gets it. */
export interface ApiCall {
  readonly exchange: Exchange;
  /** The body as it came. */
  readonly raw: string;
  /** What a script says of this call. */
  readonly step: Step | undefined;
  /** The part of the path in brackets, decoded; empty where the route has none. */
  readonly id: string;
}

export interface ApiRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: RegExp;
  readonly answer: (call: ApiCall) => void | Promise<void>;
}
