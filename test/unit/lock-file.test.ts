import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Package {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly deprecated?: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8"));
const packages: Record<string, Package> = read("package-lock.json").packages;

describe("the lock file", () => {
  it("names no address of a registry, and nothing that its makers have given up", () => {
    const fetched = Object.entries(packages).filter(([, { link }]) => !link); // a link's address is a folder here
    const bad = fetched.filter(([, { resolved, deprecated }]) => resolved ?? deprecated);
    expect(bad.map(([path]) => path)).toEqual([]);
  });

  it("has a hash of everything that is installed, so that nothing else can be installed in its place", () => {
    const workspaces = new Set(
      Object.values(packages).flatMap(({ link, resolved }) => (link ? [resolved] : [])),
    );
    const fetched = Object.entries(packages).filter(
      ([path, { link }]) => path !== "" && !link && !workspaces.has(path),
    );
    const bare = fetched.filter(([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it("has every optional package of every platform, or npm ci refuses it", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe("package.json", () => {
  it("pins every dependency to one version", () => {
    const manifests = ["package.json", "client/package.json", "dev/node/package.json"];
    const all = manifests.flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies } = read(file) as Package;
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    });
    expect(all.filter(([, version]) => !/^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("asks those who install it for what front ends need alone", () => {
    const { dependencies, optionalDependencies } = read("client/package.json") as Package;
    expect({ ...dependencies, ...optionalDependencies }).toEqual({ "use-debounce": expect.any(String) });
  });

  it("is private at the root, which nobody installs", () => {
    const root = read("package.json");
    expect(root.private).toBe(true);
    const published = ["exports", "files", "peerDependencies", "peerDependenciesMeta"];
    expect(published.filter((field) => field in root)).toEqual([]);
  });

  it("pins wrangler to the one that the test plugin depends on, so that one workerd is installed", () => {
    const plugin = packages["node_modules/@cloudflare/vitest-pool-workers"];
    expect(read("package.json").devDependencies.wrangler).toBe(plugin?.dependencies?.wrangler);
  });
});
