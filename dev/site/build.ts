// Makes dist/site, what the ASSETS binding serves: the playground, the API's document and page, and the client.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesIn, ROOT, sourcesFingerprint } from "./sources.ts";

const DIST = join(ROOT, "dist");
const SITE = join(DIST, "site");
const MADE_FROM = join(DIST, "site.made-from"); // written last, so a build that was cut short has none

function isFresh(fingerprint: string): boolean {
  return existsSync(SITE) && existsSync(MADE_FROM) && readFileSync(MADE_FROM, "utf8") === fingerprint;
}

async function buildPlayground(outDir: string): Promise<void> {
  process.env.NODE_ENV = "production"; // under a test runner it is another, and React its slow form
  const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  await build({
    root: join(ROOT, "playground"),
    configFile: false,
    logLevel: "warn",
    plugins: [react()],
    resolve: {
      alias: {
        "asknewton/client": join(ROOT, "client/src/index.ts"),
        "asknewton/react": join(ROOT, "client/src/react/index.ts"),
      },
    },
    build: { outDir, emptyOutDir: false, target: "es2022", modulePreload: { polyfill: false } },
  });
}

async function buildClient(outDir: string): Promise<void> {
  const { build } = await import("rolldown");
  await build({
    input: join(ROOT, "client/src/index.ts"),
    transform: { target: "es2022" },
    output: { file: join(outDir, "client.js"), format: "esm", minify: true },
  });
}

async function writeDocument(outDir: string): Promise<void> {
  const [{ openApiDocument }, { docsPage }, { siteHeaders }] = await Promise.all([
    import("../openapi/document.ts"),
    import("../openapi/page.ts"),
    import("./headers.ts"),
  ]);
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  writeFileSync(join(outDir, "openapi.json"), JSON.stringify(openApiDocument(version)));
  writeFileSync(join(outDir, "docs.html"), docsPage(version));
  writeFileSync(join(outDir, "_headers"), siteHeaders());
}

/** Beside the old one and then over it, so that a server that runs on the folder never finds it half empty. */
export async function buildSite(fingerprint = sourcesFingerprint()): Promise<void> {
  const start = performance.now();
  mkdirSync(DIST, { recursive: true });
  const made = mkdtempSync(join(DIST, "site-"));
  try {
    await Promise.all([buildPlayground(made), buildClient(made), writeDocument(made)]);
    const wanted = new Set(filesIn(made));
    cpSync(made, SITE, { recursive: true });
    for (const file of filesIn(SITE)) if (!wanted.has(file)) rmSync(join(SITE, file), { force: true });
    writeFileSync(MADE_FROM, fingerprint);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  console.log(`dist/site made in ${Math.round(performance.now() - start)} ms`);
}

/** Makes it where it is missing or older than its sources. */
export async function keepSite(): Promise<void> {
  const fingerprint = sourcesFingerprint();
  if (!isFresh(fingerprint)) await buildSite(fingerprint);
}

if (import.meta.main) await buildSite();
