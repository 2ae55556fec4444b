// Makes client/dist, what front ends install: a file for each entry, minified, with source maps and types.
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build, type OutputOptions, type Plugin } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");
const CLIENT = join(ROOT, "client");
const OUT = join(CLIENT, "dist");

/** The other entries stand on the first, and do not bring it along a second time. */
const client: Plugin = {
  name: "client",
  resolveId: (source) => (source === "../index.ts" ? { id: "../index.js", external: true } : null),
};

function bundle(entry: string, options: BuildOptions = {}, output: OutputOptions = {}): Promise<unknown> {
  const file = join(OUT, `${entry}.js`);
  return build({
    input: join(CLIENT, `src/${entry}.ts`),
    transform: { target: "es2022" },
    output: Object.assign({ file, format: "esm", minify: true, sourcemap: true }, output),
    ...options,
  });
}

const start = performance.now();
rmSync(OUT, { recursive: true, force: true });
await Promise.all([
  bundle("index"), // with its parser in it, so that a plain page can load it as it is
  bundle(
    "react/index",
    { plugins: [client], external: ["react", "use-debounce"] },
    { postBanner: '"use client";' }, // where hooks may run, for frameworks that render on a server
  ),
  bundle("ai-sdk/index", { plugins: [client] }),
]);
execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: CLIENT,
  stdio: "inherit",
});
for (const file of readdirSync(OUT, { recursive: true, encoding: "utf8" })) {
  const path = join(OUT, file);
  // A consumer's compiler looks for types beside a .js, not beside a .ts.
  if (file.endsWith(".d.ts"))
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
}
copyFileSync(join(ROOT, "node_modules/eventsource-parser/LICENSE"), join(OUT, "eventsource-parser.LICENSE"));
console.log(`client/dist made in ${Math.round(performance.now() - start)} ms`);
