interface Isolate {
  readonly webSocketDebuggerUrl: string;
}

interface Message {
  readonly id?: number;
}

/** V8 collects all garbage before it takes a snapshot; asked for that alone (`collectGarbage`), workerd does not answer. */
const SNAPSHOT = { id: 1, method: "HeapProfiler.takeHeapSnapshot" };

async function collectIn({ webSocketDebuggerUrl }: Isolate): Promise<void> {
  const socket = new WebSocket(webSocketDebuggerUrl);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.onerror = () => reject(new Error("the inspector cannot be reached"));
      socket.onclose = () => reject(new Error("the inspector has hung up"));
      socket.onopen = () => socket.send(JSON.stringify(SNAPSHOT));
      socket.onmessage = ({ data }) => {
        if ((JSON.parse(String(data)) as Message).id === SNAPSHOT.id) resolve();
      };
    });
  } finally {
    socket.close();
  }
}

/** Has every isolate of a runtime collect its garbage, by the Chrome DevTools Protocol. `inspector`: its WebSocket's address. */
export async function collectGarbage(inspector: URL): Promise<void> {
  const list = new URL("/json", inspector.href.replace(/^ws/, "http"));
  const isolates = (await (await fetch(list)).json()) as Isolate[];
  for (const isolate of isolates) await collectIn(isolate);
}
