import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Counts } from "./load.ts";

/** What a runtime has at some moment. Sizes in bytes. */
export interface Sample {
  readonly minutes: number;
  readonly chats: number;
  readonly memory: number;
  readonly handles: number;
  /** Durable Objects that have storage. */
  readonly objects: number;
  readonly d1: number;
  readonly disk: number;
}

interface Watched {
  readonly pid: number;
  readonly stateFolder: string;
  readonly counts: Counts;
  readonly startedAt: number;
}

/** A file may go while it is looked for. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

const sum = (files: readonly string[]) => files.reduce((bytes, file) => bytes + sizeOf(file), 0);

export function takeSample({ pid, stateFolder, counts, startedAt }: Watched): Sample {
  const files = filesIn(stateFolder);
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return {
    minutes: (Date.now() - startedAt) / 60_000,
    chats: counts.chats,
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    objects: files.filter((file) =>
      /-ChatStream\/[^/]+\.sqlite$|-PersonaGeneration\/[^/]+\.sqlite$/.test(file),
    ).length,
    d1: sum(files.filter((file) => file.includes("D1Database"))),
    disk: sum(files),
  };
}
