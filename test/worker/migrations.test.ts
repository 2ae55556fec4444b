import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

const RUN = {
  id: "run",
  created_at: 1,
  route: "/x",
  request_hash: "h",
  status: 200,
  model: "m",
  calls: 2,
  input_tokens: 3,
  cached_input_tokens: 4,
  output_tokens: 5,
  cost_usd: 0.5,
  upstream_ms: 6,
  total_ms: 7,
  caller_address_hash: "a",
};
const KEY = { ...RUN, id: "key-1", fingerprint: "f", response_json: "{}", expires_at: 9 };

async function dropTables(): Promise<void> {
  const query =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_' AND name NOT LIKE 'sqlite%'";
  const { results } = await env.DB.prepare(query).all<{ name: string }>();
  for (const { name } of results) await env.DB.prepare(`DROP TABLE "${name}"`).run();
}

async function insert(row: Record<string, unknown>): Promise<void> {
  const marks = Object.keys(row).map(() => "?");
  const query = `INSERT INTO request_log (${Object.keys(row)}) VALUES (${marks})`;
  await env.DB.prepare(query)
    .bind(...Object.values(row))
    .run();
}

const find = (id: string) => env.DB.prepare("SELECT * FROM request_log WHERE id = ?").bind(id).first();

describe("a migration that makes the request log anew", () => {
  it("keeps a run's row as it was, and empties what a key's row never had", async () => {
    const all = env.TEST_MIGRATIONS;
    const anew = all.findIndex(({ queries }) => queries.join().includes("__new_request_log"));
    await dropTables();
    await applyD1Migrations(env.DB, all.slice(0, anew));
    await insert(RUN);
    await insert(KEY);
    await applyD1Migrations(env.DB, all);
    expect(await find("run")).toMatchObject({ ...RUN, fingerprint: null, expires_at: null });
    const { fingerprint, response_json, expires_at } = KEY;
    const emptied = { status: null, model: null, calls: null, cost_usd: null, total_ms: null };
    expect(await find("key-1")).toMatchObject({ fingerprint, response_json, expires_at, ...emptied });
  });
});
