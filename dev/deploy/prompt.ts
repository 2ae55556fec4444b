import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Asks on the terminal without showing what is typed; undefined where nobody is there to answer. */
export function terminalPrompt(): ((name: string) => Promise<string>) | undefined {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  return async (name) => {
    process.stdout.write(`${name} (is not shown): `);
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
    try {
      return (await terminal.question("")).trim();
    } finally {
      terminal.close();
      process.stdout.write("\n");
    }
  };
}
