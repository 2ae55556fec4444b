import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { Engine } from "./engine.ts";

export const DRIVER = "/usr/bin/WebKitWebDriver";
export const XVFB = "/usr/bin/Xvfb";
export const MINI_BROWSER = ["4.1", "4.0"]
  .map(
    (version) =>
      `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
  )
  .find(existsSync);
const START_TIMEOUT_MS = 20_000;

/** A display that nobody sees; resolves with its name once it is there. */
function startDisplay(): Promise<{ display: string; xvfb: ChildProcess }> {
  const xvfb = spawn(XVFB, ["-displayfd", "3", "-screen", "0", "1280x900x24"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  return new Promise((resolve, reject) => {
    xvfb.once("error", reject);
    xvfb.stdio[3]?.once("data", (number) => resolve({ display: `:${String(number).trim()}`, xvfb }));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function command<T>(url: string, method: string, body?: object): Promise<T> {
  const init = body ? { method, body: JSON.stringify(body) } : { method };
  const response = await fetch(url, init);
  const { value } = (await response.json()) as { value: T & { message?: string } };
  if (!response.ok) throw new Error(value.message);
  return value;
}

async function ready(origin: string): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until) {
    const status = await command<{ ready: boolean }>(`${origin}/status`, "GET").catch(() => undefined);
    if (status?.ready) return;
  }
  throw new Error(`${DRIVER} did not start`);
}

/** Debian's WebKitGTK, over WebDriver. */
export async function startWebKit(): Promise<Engine> {
  const { display, xvfb } = await startDisplay();
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DISPLAY: display,
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  };
  const driver = spawn(DRIVER, ["--host=127.0.0.1", `--port=${port}`], { env, stdio: "ignore" });
  const end = () => {
    driver.kill();
    xvfb.kill();
  };
  try {
    const origin = `http://127.0.0.1:${port}`;
    await ready(origin);
    const options = { binary: MINI_BROWSER, args: ["--automation"] };
    const { sessionId, capabilities } = await command<Session>(`${origin}/session`, "POST", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    });
    const session = `${origin}/session/${sessionId}`;
    return {
      name: `WebKitGTK ${capabilities.browserVersion}`,
      goto: (url) => command(`${session}/url`, "POST", { url }),
      run: (expression) =>
        command(`${session}/execute/sync`, "POST", { script: `return (${expression})`, args: [] }),
      async close() {
        await command(session, "DELETE").catch(() => {}); // its processes end all the same
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

interface Session {
  readonly sessionId: string;
  readonly capabilities: { readonly browserVersion: string };
}
