import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launchBrowser } from "../../../dev/browser/launch.ts";
import { type Service, startService } from "./service.ts";
import { type Visitor, visit } from "./visitor.ts";

/** What the tests of one file have together. */
export interface BrowserSuite {
  readonly service: Service;
  /** Somebody with a browser of their own, who leaves when the test ends. `origin`: of the page, where it is not the service's. */
  visit(options?: BrowserContextOptions, origin?: string): Promise<Visitor>;
}

/** A browser and a service for the tests of this file, from before the first until after the last. */
export function withBrowser(): BrowserSuite {
  let browser: Browser;
  let service: Service;
  const visitors: Visitor[] = [];
  beforeAll(async () => {
    [browser, service] = await Promise.all([launchBrowser(), startService()]);
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.close();
  });
  return {
    get service() {
      return service;
    },
    async visit(options, origin = service.worker.origin) {
      const visitor = await visit(browser, origin, options);
      visitors.push(visitor);
      return visitor;
    },
  };
}
