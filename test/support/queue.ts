import { env } from "cloudflare:workers";

interface Producer {
  send(body: unknown, options?: QueueSendOptions): Promise<unknown>;
}

const producer = Object.getPrototypeOf(env.CHAT_LOG) as Producer;

/**
 * Puts `wrapper` around each message that is sent, the Worker's and the Durable Objects', to whichever queue. Gives a
 * function that takes it away again.
 */
export function wrapQueues(
  wrapper: (body: unknown, send: () => Promise<unknown>) => Promise<unknown>,
): () => void {
  const original = producer.send;
  producer.send = function (this: Producer, body, options) {
    return wrapper(body, () => original.call(this, body, options));
  };
  return () => {
    producer.send = original;
  };
}
