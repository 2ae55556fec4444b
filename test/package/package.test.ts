import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, pack, ROOT, run } from "./packed.ts";

const MAX_CLIENT_BYTES = 6 * 1024;
const bin = (name: string) => join(ROOT, "node_modules", name);

let packed: Packed;
beforeAll(() => {
  packed = pack();
});
afterAll(() => rmSync(packed.project, { recursive: true, force: true }));

const installed = (path: string) =>
  readFileSync(join(packed.project, "node_modules/asknewton", path), "utf8");

/** A file of the front end's own; gives what its run prints. */
function script(name: string, text: string): string {
  writeFileSync(join(packed.project, name), text);
  return run(process.execPath, [name], packed.project).trim();
}

describe("the packed package", () => {
  it("holds what front ends use, and nothing of the service", () => {
    const outside = packed.files.filter((file) => !file.startsWith("dist/"));
    expect(outside.sort()).toEqual(["README.md", "package.json"]);
    const entries = ["index", "react/index", "ai-sdk/index"].flatMap((entry) => [
      `${entry}.js`,
      `${entry}.d.ts`,
    ]);
    expect(packed.files).toEqual(expect.arrayContaining(entries.map((entry) => `dist/${entry}`)));
    expect(packed.files).toContain("dist/eventsource-parser.LICENSE");
  });

  it("asks for nothing but what the hooks need", () => {
    const { dependencies, optionalDependencies, peerDependenciesMeta } = JSON.parse(
      installed("package.json"),
    );
    expect(Object.keys(dependencies)).toEqual(["use-debounce"]);
    expect(optionalDependencies).toBeUndefined();
    expect(peerDependenciesMeta).toEqual({ ai: { optional: true }, react: { optional: true } });
  });

  it("pleases publint", async () => {
    const bytes = readFileSync(packed.tarball);
    const tarball = new Uint8Array(bytes).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that every resolution of an ES module finds", () => {
    const attw = bin("@arethetypeswrong/cli/dist/index.js");
    const report = run(
      process.execPath,
      [attw, packed.tarball, "--profile", "esm-only", "--format", "json"],
      ROOT,
    );
    const { analysis } = JSON.parse(report); // and a problem would have ended it with an exit code
    expect(Object.keys(analysis.entrypoints)).toEqual(["./client", "./react", "./ai-sdk", "./package.json"]);
  });

  it("has a client of one file, at most 6 KB compressed", () => {
    const client = installed("dist/index.js");
    expect(client).not.toMatch(/\bimport\b/);
    expect(gzipSync(client, { level: 9 }).length).toBeLessThanOrEqual(MAX_CLIENT_BYTES);
  });
});

describe("a project that has installed it", () => {
  it("imports each entry in plain Node, with no page around", () => {
    const names = script(
      "names.mjs",
      `const names = async (entry) => Object.keys(await import(entry)).sort().join(" ");
       for (const entry of ["client", "react", "ai-sdk"]) console.log(await names("asknewton/" + entry));`,
    );
    expect(names.split("\n")).toEqual([
      "AskNewtonError fetchPersonaSet followPortraits generatePersonas newKey portraitAlt portraitSrcSet portraitUrl resumeChat stopChat streamChat",
      "useDebouncedCallback useGeneratePersonas useStreamedChat",
      "AskNewtonChatTransport",
    ]);
  });

  it("has one AskNewtonError, whichever entry threw it", () => {
    const printed = script(
      "errors.mjs",
      `import { AskNewtonError } from "asknewton/client";
       import { AskNewtonChatTransport } from "asknewton/ai-sdk";
       const transport = new AskNewtonChatTransport({ fetch: async () => new Response("{}", { status: 403 }) });
       const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Hi" }] }];
       const stream = await transport.sendMessages({ chatId: "c", messages });
       await stream.getReader().read().catch((error) => console.log(error instanceof AskNewtonError, error.code));`,
    );
    expect(printed).toBe("true bad_response");
  });

  it("tells a framework that renders on a server where its hooks may run", () => {
    expect(installed("dist/react/index.js").startsWith('"use client";')).toBe(true);
  });

  it.each(["bundler", "nodenext"])("type-checks what it does with it, under %s", (moduleResolution) => {
    writeFileSync(
      join(packed.project, "page.ts"),
      `import { AskNewtonError, generatePersonas, type Persona, portraitSrcSet, streamChat, type Stats } from "asknewton/client";
       import { useDebouncedCallback, useStreamedChat } from "asknewton/react";
       const names: string[] = [];
       export async function ask(stats: Stats): Promise<number> {
         const set = await generatePersonas({ leadData: {}, config: { count: 2, tone: "warm" } }, {
           baseUrl: "https://api.example",
           onPersona: (persona: Persona) => names.push(persona.name),
         });
         const [first] = set.personas;
         if (first) names.push(portraitSrcSet(first, set.imageWidths));
         const persona = first && { setId: set.setId, personaId: first.id };
         try {
           for await (const words of streamChat([{ role: "user", content: "Hi" }], { persona })) names.push(words);
         } catch (error) {
           if (error instanceof AskNewtonError && error.code === "rate_limited") return error.retryAfterSeconds ?? 0;
         }
         return stats.totals.savedUsd;
       }
       export function useAsk() {
         const { sendMessages, status, isLoading } = useStreamedChat({ headers: async () => ({ a: "b" }) });
         const ask = useDebouncedCallback(sendMessages, 500);
         ask([{ role: "user", content: "Hi" }]);
         ask.cancel();
         // @ts-expect-error: the system prompt is the service's own
         ask([{ role: "system", content: "Hi" }]);
         return isLoading ? status : undefined;
       }`,
    );
    const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
    const compilerOptions = {
      strict: true,
      noEmit: true,
      types: [],
      target: "es2022",
      lib: ["es2022", "dom"],
    };
    const options = { ...compilerOptions, exactOptionalPropertyTypes: true, module, moduleResolution };
    writeFileSync(join(packed.project, "package.json"), '{"type":"module"}');
    writeFileSync(
      join(packed.project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["page.ts"] }),
    );
    expect(run(process.execPath, [bin("typescript/bin/tsc")], packed.project)).toBe("");
  });
});
