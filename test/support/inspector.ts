const COMMAND_BOUND_MS = 10_000;

/** The worker's isolate as its debugger sees it. */
export interface Inspector {
  /** What it holds after everything unreachable was thrown away: objects and array buffers. Bytes. */
  heldBytes(): Promise<number>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, number>>;
}

/** Node's own takes headers, which the standard's does not; the proxy wants an origin. */
type Open = new (url: string, options: { headers: Record<string, string> }) => WebSocket;

/**
 * Chrome DevTools Protocol, through the port that `wrangler dev --inspector-port` opens. `wake` makes the
 * isolate do something, since it collects garbage only when it next has work.
 */
export async function openInspector(port: number, wake: () => Promise<unknown>): Promise<Inspector> {
  const Socket = WebSocket as unknown as Open;
  const socket = new Socket(`ws://127.0.0.1:${port}/ws`, { headers: { Origin: "http://localhost" } });
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 200_000_000; // the proxy counts its own from 100,000,000
  socket.addEventListener("message", ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("no inspector")));
  });

  function tell(method: string): number {
    lastId += 1;
    socket.send(JSON.stringify({ id: lastId, method, params: {} }));
    return lastId;
  }

  function ask(method: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const id = tell(method);
      const tooLong = setTimeout(() => reject(new Error(`${method} was not answered`)), COMMAND_BOUND_MS);
      waiting.set(id, (reply) => {
        clearTimeout(tooLong);
        waiting.delete(id);
        resolve(reply);
      });
    });
  }

  return {
    async heldBytes() {
      tell("HeapProfiler.enable");
      tell("HeapProfiler.collectGarbage");
      await ask("Runtime.getHeapUsage"); // what was told before has arrived, too
      await wake();
      const { result = {} } = await ask("Runtime.getHeapUsage");
      return (result.usedSize ?? Number.NaN) + (result.backingStorageSize ?? Number.NaN);
    },
    close: () => socket.close(),
  };
}
