import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, run } from "../package/packed.ts";
import { type Service, startService } from "../support/service.ts";

const bin = (path: string) => join(ROOT, "node_modules", path);

/** The README's first steps by the client's own functions and types: one wrong name, and it does not compile. */
const QUICKSTART = `
import { chat, type ChatMessage, defaults, generatePersonas, type GenerateRequest, getPersonaSet, getPortrait, type Persona } from "./client.js";

export async function quickstart(baseUrl: string, lead: GenerateRequest) {
  defaults.baseUrl = baseUrl;
  const made = await generatePersonas(lead, { idempotencyKey: crypto.randomUUID() });
  if (made.status !== 200) throw new Error(made.data.detail);
  const [persona]: Persona[] = made.data.personas;
  if (!persona) throw new Error("nobody");
  const again = await getPersonaSet(made.data.setId);
  const portrait = await getPortrait(new URL(persona.imageUrl).pathname.slice("/images/".length), { width: 128 });
  const messages: ChatMessage[] = [{ role: "user", content: "What is a deductible?" }];
  const about = { setId: made.data.setId, personaId: persona.id };
  const answer = await chat({ messages, persona: about });
  if (answer.status !== 200) throw new Error(answer.data.code);
  const refused = await chat({ messages: [] });
  return {
    personas: made.data.personas.length,
    sameAgain: again.status === 200 && again.data.personas[0]?.name === persona.name,
    portrait: portrait.status,
    answered: answer.data.message.content.length > 0,
    // @ts-expect-error: no answer of this operation has that status
    impossible: refused.status === 418,
    refusal: refused.status === 400 ? refused.data.code : refused.status,
  };
}`;

const RUNNER = `
import { quickstart } from "./quickstart.js";
const [baseUrl, lead] = process.argv.slice(2);
console.log(JSON.stringify(await quickstart(baseUrl, JSON.parse(lead))));`;

const COMPILER_OPTIONS = {
  strict: true,
  module: "nodenext",
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
};

let service: Service;
const project = mkdtempSync(join(tmpdir(), "asknewton-client-"));

beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  rmSync(project, { recursive: true, force: true });
  await service?.close();
});

describe("a client that a public generator makes of the service's own /openapi.json", () => {
  it("compiles, and takes the first steps", async () => {
    const { origin } = service.worker;
    const write = (name: string, text: string) => writeFileSync(join(project, name), text);
    write("openapi.json", await (await fetch(`${origin}/openapi.json`)).text());
    write("package.json", '{"type":"module"}');
    write("quickstart.ts", QUICKSTART);
    write("run.js", RUNNER);
    write("tsconfig.json", JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ["quickstart.ts"] }));
    mkdirSync(join(project, "node_modules/@oazapfts"), { recursive: true });
    symlinkSync(bin("@oazapfts/runtime"), join(project, "node_modules/@oazapfts/runtime"));

    run(process.execPath, [bin("oazapfts/dist/cli.js"), "openapi.json", "client.ts"], project);
    const compiled = spawnSync(process.execPath, [bin("typescript/bin/tsc")], {
      cwd: project,
      encoding: "utf8",
    });
    expect(compiled.stdout).toBe("");
    const lead = readFileSync(join(ROOT, "examples/lead.json"), "utf8");
    // Not as the commands above: the stand-in answers from this process.
    const { stdout } = await promisify(execFile)(process.execPath, ["run.js", origin, lead], {
      cwd: project,
    });
    expect(JSON.parse(stdout)).toEqual({
      personas: 3,
      sameAgain: true,
      portrait: 200,
      answered: true,
      impossible: false,
      refusal: "invalid_request",
    });
  });
});
