import { erasedCheck, lockedCheck, spentToday } from "./admin.ts";
import { chatChecks } from "./chat.ts";
import { operationChecks } from "./operations.ts";
import { personaChecks, shownCheck } from "./personas.ts";
import { portraitChecks } from "./portrait.ts";
import { type Access, createService } from "./service.ts";
import { type Check, createSession } from "./session.ts";

export const CHECKS: readonly Check[] = [
  ...operationChecks,
  lockedCheck,
  ...personaChecks,
  ...chatChecks,
  ...portraitChecks,
  shownCheck,
  erasedCheck,
];

export interface Row {
  readonly name: string;
  readonly state: "held" | "broken" | "not checked";
  /** What was seen, or what was not as promised. */
  readonly seen: string;
  readonly ms: number;
}

export interface Report {
  readonly rows: readonly Row[];
  /** Dollars that the service spent meanwhile, on anybody; undefined where there is no admin token. */
  readonly spentUsd: number | undefined;
}

/** Every check in turn, or those among `names`; `onRow` is told of each as it ends. Never throws for a broken promise. */
export async function verify(
  access: Access,
  onRow: (row: Row) => void = () => {},
  names?: readonly string[],
): Promise<Report> {
  const service = createService(access);
  const session = createSession(service);

  const given = { "--admin-token": service.hasAdmin, "--origin": service.allowedOrigin !== undefined };

  async function row({ name, run, needs }: Check): Promise<Row> {
    if (needs && !given[needs]) return { name, state: "not checked", seen: `it needs ${needs}`, ms: 0 };
    const at = performance.now();
    const ended = (state: Row["state"], seen: string) => {
      return { name, state, seen, ms: Math.round(performance.now() - at) };
    };
    return await run(session).then(
      (seen) => ended("held", seen),
      (error: unknown) => ended("broken", error instanceof Error ? error.message : String(error)),
    );
  }

  const spent = () => (service.hasAdmin ? spentToday(service).catch(() => undefined) : undefined);
  const before = await spent();
  const rows: Row[] = [];
  for (const check of CHECKS) {
    if (names && !names.includes(check.name)) continue;
    const ended = await row(check);
    rows.push(ended);
    onRow(ended);
  }
  const after = await spent();
  return { rows, spentUsd: before === undefined || after === undefined ? undefined : after - before };
}
