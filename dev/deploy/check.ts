import { setTimeout as pause } from "node:timers/promises";
import { asRecord, type JsonObject, parseJson } from "../json.ts";
import { DeployError } from "./options.ts";

const LOOK_MS = 2_000;
const REQUEST_MS = 10_000;

/** `said`: in words, for one line. */
async function look(url: string) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS), redirect: "manual" });
    const text = await response.text();
    const body = asRecord(parseJson(text));
    const said = `${response.status} ${text.slice(0, 200).replace(/\s+/g, " ")}`.trim();
    return { ok: response.status === 200 && body?.status === "ok", said, body };
  } catch (error) {
    const { message, cause } = error as Error;
    return { ok: false, said: cause instanceof Error ? cause.message : message };
  }
}

/** Looks again and again, since a new name takes its time; throws what was last seen. */
async function until(url: string, deadline: number): Promise<JsonObject> {
  for (;;) {
    const { ok, said, body } = await look(url);
    if (ok && body) return body;
    if (Date.now() + LOOK_MS > deadline)
      throw new DeployError(`It is deployed, but ${url} does not answer as it should: ${said}`);
    await pause(LOOK_MS);
  }
}

/** Whether this service answers there already. */
export async function isAlive(baseUrl: string): Promise<boolean> {
  return (await look(`${baseUrl}/api/health`)).ok;
}

/** Resolves with the service's own warnings once it is alive and ready. */
export async function check(baseUrl: string, waitMs: number): Promise<readonly string[]> {
  const deadline = Date.now() + waitMs;
  await until(`${baseUrl}/api/health`, deadline);
  const { warnings } = await until(`${baseUrl}/api/ready`, deadline);
  return Array.isArray(warnings) ? warnings.map(String) : [];
}
