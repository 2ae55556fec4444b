/** A browser with one page, as far as these tests need one. */
export interface Engine {
  /** With its version. */
  readonly name: string;
  goto(url: string): Promise<void>;
  /** What an expression is in the page. */
  run<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

export interface Installed {
  readonly name: "Chromium" | "Firefox" | "WebKitGTK";
  /** Undefined where it is not installed. */
  readonly start: (() => Promise<Engine>) | undefined;
  /** Debian's packages that have it. */
  readonly packages: string;
}
