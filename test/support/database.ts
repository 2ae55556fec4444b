import { env } from "cloudflare:workers";

/** Every statement and every batch, the Worker's and the Durable Objects', leaves through this one method. */
interface Session {
  _wrappedFetch(...args: unknown[]): Promise<Response>;
}

type Send = () => Promise<Response>;

const session = Object.getPrototypeOf(env.DB.withSession()) as Session;

/**
 * Puts `wrapper` around each round trip to D1: it is told the SQL and the values, and sends them. Gives a
 * function that takes it away again.
 */
export function wrapDatabase(wrapper: (sql: string, send: Send) => Promise<Response>): () => void {
  const original = session._wrappedFetch;
  session._wrappedFetch = function (this: Session, ...args) {
    return wrapper(JSON.stringify(args.slice(1)), () => original.apply(this, args));
  };
  return () => {
    session._wrappedFetch = original;
  };
}
