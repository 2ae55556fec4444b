import { parseArgs } from "node:util";
import { type Row, verify } from "./verify.ts";

const USAGE = "npm run verify -- --url https://… [--admin-token …] [--token …] [--origin https://…]";

function readAccess() {
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({ options: { url: text, "admin-token": text, token: text, origin: text } });
    const { origin } = new URL(values.url ?? "");
    // In the environment other users of the machine do not see it.
    const adminToken = values["admin-token"] ?? process.env.ADMIN_TOKEN;
    return { url: origin, adminToken, token: values.token, allowedOrigin: values.origin };
  } catch {
    return undefined;
  }
}

const MARKS = { held: "ok", broken: "BROKEN", "not checked": "-" } satisfies Record<Row["state"], string>;

function show({ name, state, seen, ms }: Row): void {
  console.log(`${MARKS[state].padEnd(7)} ${name.padEnd(50)} ${`${ms} ms`.padStart(9)}  ${seen}`);
}

const access = readAccess();
if (access) {
  const { rows, spentUsd } = await verify(access, show);
  const count = (state: Row["state"]) => rows.filter((row) => row.state === state).length;
  const cost =
    spentUsd === undefined ? "the cost is not known without --admin-token" : `$${spentUsd.toFixed(4)}`;
  console.log(
    `\n${count("held")} held, ${count("broken")} broken, ${count("not checked")} not checked; ${cost}`,
  );
  process.exitCode = count("broken") > 0 ? 1 : 0;
} else {
  console.error(`Usage: ${USAGE}`);
  process.exitCode = 2;
}
