const lost = () => new TypeError("The connection was dropped on purpose");

/** A network that can be unplugged. What goes through it fails as a real one does, with a TypeError. */
export function createCuttableFetch() {
  let isCut = false;
  const open = new Set<(error: TypeError) => void>();

  /** Rejects or errors at the cut; `end` when there is no more to be cut. */
  function atCut(fail: (error: TypeError) => void): () => void {
    open.add(fail);
    return () => open.delete(fail);
  }

  function breakable(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let end = () => {};
    return new ReadableStream<Uint8Array>({
      start(controller) {
        end = atCut((error) => {
          controller.error(error);
          reader.cancel(error).catch(() => {});
        });
      },
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    });
  }

  async function send(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    if (isCut) throw lost();
    let end = () => {};
    const cut = new Promise<never>((_, reject) => {
      end = atCut(reject);
    });
    try {
      const response = await Promise.race([globalThis.fetch(input, init), cut]);
      const { status, statusText, headers } = response;
      return response.body
        ? new Response(breakable(response.body), { status, statusText, headers })
        : response;
    } finally {
      end();
    }
  }

  return {
    fetch: send,
    /** Cut: every open answer breaks off, and nothing new gets through. */
    setCut(cut: boolean): void {
      isCut = cut;
      if (!cut) return void window.dispatchEvent(new Event("online")); // as when a network returns
      for (const fail of [...open]) fail(lost());
      open.clear();
    },
  };
}
