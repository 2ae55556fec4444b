import type { Caller } from "./caller.ts";

/** What the middleware leaves for the handlers. */
export interface AppEnv {
  Bindings: {
    /** The body's bytes, where the front has read them. */
    readonly body?: Uint8Array;
  };
  Variables: {
    requestId: string;
    caller: Caller;
    /** Promises that outlive the answer: log lines are no reason to wait. */
    later: (promise: Promise<unknown>) => void;
    /** For the log line: where the answer came from. */
    tier?: string;
    /** What this request adds to the day's totals; set once it has passed validation. */
    counts?: Readonly<Record<string, number>>;
    /** In the administration: says whom or what a call is about, by a hash, before it acts. */
    nameSubject?: (subjectHash: string) => Promise<void>;
    /** For the log line: the problem's code. */
    code?: string;
  };
}
