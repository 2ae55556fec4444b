import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";

/** What wrangler.toml gives an environment, with what is its own by name set aside. */
function read(environment: string) {
  const config = unstable_readConfig({ config: "wrangler.toml", env: environment }, { hideWarnings: true });
  const own: string[] = [];
  const generic = JSON.stringify(config, (member, value) => {
    const isOwn = /^(name|database_name|bucket_name|queue|dead_letter_queue|namespace_id)$/.test(member);
    if (!isOwn || typeof value !== "string" || /^[A-Z_]+$/.test(value)) return value; // a binding's name is no own
    own.push(value);
    return value.replace("-staging", "").replace(/^100\d$/, "1001");
  });
  return { config, own, generic: JSON.parse(generic) };
}

describe("staging", () => {
  const production = read("");
  const staging = read("staging");

  it.each([
    ...["d1_databases", "r2_buckets", "queues", "durable_objects", "ratelimits", "kv_namespaces", "services"],
    ...["migrations", "triggers", "compatibility_date", "compatibility_flags", "main", "build", "minify"],
    ...["alias", "assets", "observability", "limits", "preview_urls"],
  ])("has production's %s", (member) => {
    expect(staging.generic[member]).toEqual(production.generic[member]);
  });

  it("shares nothing with it that has a name, and is at no address of it", () => {
    expect(staging.own.filter((name) => production.own.includes(name))).toEqual([]);
    expect(staging.config.routes).toEqual([]);
  });

  it("ends the names of its queues in the same way: the Worker tells them by that", () => {
    const names = (config: typeof staging.config) =>
      config.queues.consumers?.map(({ queue }: { queue: string }) =>
        queue.replace(/^asknewton(-staging)?/, ""),
      );
    expect(names(staging.config)).toEqual(names(production.config));
  });
});
