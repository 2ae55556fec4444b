import type { Exchange } from "../exchange.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Step } from "../script.ts";

/** One call to the API, as a route gets it. */
export interface ApiCall {
  readonly exchange: Exchange;
  /** The body as it came. */
  readonly raw: string;
  /** What a script says of this call. */
  readonly step: Step | undefined;
  /** The server that it is answered like. */
  readonly profile: Profile;
  /** The part of the path in brackets, decoded; empty where the route has none. */
  readonly id: string;
}

export interface ApiRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: RegExp;
  /** Asked without a key, and never with one. */
  readonly keyless?: boolean;
  readonly answer: (call: ApiCall) => void | Promise<void>;
}
