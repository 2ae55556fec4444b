import { chatChecks } from "./chat.ts";
import { operationChecks } from "./operations.ts";
import { erasedChecks, personaChecks, shownChecks } from "./personas.ts";
import { portraitChecks } from "./portrait.ts";
import { type Access, createService } from "./service.ts";
import { type Checks, createSession } from "./session.ts";

/** In the order in which they are made. */
export const CHECKS: Checks = {
  ...operationChecks,
  ...personaChecks,
  ...chatChecks,
  ...portraitChecks,
  ...shownChecks,
  ...erasedChecks,
};

/** The option without which a promise is not checked. */
const NEEDS: Readonly<Record<string, "--admin-token" | "--origin">> = {
  "all of it is erased": "--admin-token",
  "CORS lets an allowed origin in": "--origin",
};

export interface Row {
  readonly name: string;
  readonly state: "held" | "broken" | "not checked";
  /** What was seen, or what was not as promised. */
  readonly seen: string;
  readonly ms: number;
}

/**
 * Every check in turn, or those among `names`; `onRow` gets each as it ends. Never throws for a broken promise.
 * `spentUsd`: by the service meanwhile, on anybody; undefined without the administrator's token.
 */
export async function verify(
  access: Access,
  onRow: (row: Row) => void = () => {},
  names = Object.keys(CHECKS),
): Promise<{ readonly rows: readonly Row[]; readonly spentUsd: number | undefined }> {
  const service = createService(access);
  const session = createSession(service);
  const given = { "--admin-token": service.hasAdmin, "--origin": service.allowedOrigin !== undefined };

  async function rowOf(name: string): Promise<Row> {
    const needed = NEEDS[name];
    if (needed && !given[needed]) return { name, state: "not checked", seen: `it needs ${needed}`, ms: 0 };
    const at = performance.now();
    const ended = (state: Row["state"], seen = "") => {
      return { name, state, seen, ms: Math.round(performance.now() - at) };
    };
    try {
      return ended("held", await CHECKS[name]?.(session));
    } catch (error) {
      return ended("broken", error instanceof Error ? error.message : String(error));
    }
  }

  const spent = async () => (await service.totals().catch(() => undefined))?.spentUsd;
  const before = await spent();
  const rows: Row[] = [];
  for (const name of names) {
    const row = await rowOf(name);
    rows.push(row);
    onRow(row);
  }
  const after = await spent();
  const isKnown = typeof before === "number" && typeof after === "number";
  return { rows, spentUsd: isKnown ? after - before : undefined };
}
