import type { ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";

/** What becomes of one connection. Bytes are of the body; a fault past its end is none. */
export type Fault =
  | { readonly kind: "none" }
  /** The socket is destroyed: before the head, though the run has begun, or after so many bytes. */
  | { readonly kind: "drop-before-head" }
  | { readonly kind: "cut"; readonly after: number }
  /** Ends as if all had been said, as a proxy does that gives up. */
  | { readonly kind: "end"; readonly after: number }
  /** Says no more, and stays open. */
  | { readonly kind: "silence"; readonly after: number }
  | { readonly kind: "silence-before-head" }
  /** Holds everything back until there is no more to come. */
  | { readonly kind: "buffer" }
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    };

/** Writes bytes in pieces of the given sizes, over and over, each in a chunk of its own. */
export type Slicer = () => number;

export interface Pipe {
  /** False where the fault has ended the connection. */
  write(bytes: Uint8Array): Promise<boolean>;
  end(): void;
}

/** One body on its way to the client, with its fault on the way. */
export function openPipe(res: ServerResponse, fault: Fault, nextSize: Slicer): Pipe {
  const held: Uint8Array[] = [];
  let left = "after" in fault ? fault.after : Number.POSITIVE_INFINITY;
  let over = false;

  function fail(): boolean {
    over = true;
    if (fault.kind === "cut") res.destroy();
    if (fault.kind === "end") res.end();
    return false;
  }

  async function send(bytes: Uint8Array): Promise<boolean> {
    for (let at = 0; at < bytes.length; ) {
      const size = Math.min(nextSize(), bytes.length - at, left);
      if (size > 0) res.write(bytes.subarray(at, at + size));
      at += size;
      left -= size;
      await turn(); // a chunk of its own
      if (left === 0) return fail();
    }
    return true;
  }

  return {
    async write(bytes) {
      if (over || res.destroyed) return false;
      if (fault.kind !== "buffer") return await send(bytes);
      held.push(bytes);
      return true;
    },
    end() {
      if (!over) res.end(Buffer.concat(held));
    },
  };
}
