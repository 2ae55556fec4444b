import type { Health, Readiness } from "asknewton/client";
import { useEffect, useState } from "react";

export interface Deployment {
  readonly label: string | undefined;
  readonly version: string | undefined;
  readonly warnings: readonly string[];
}

async function read<T>(path: string, signal: AbortSignal): Promise<Partial<T>> {
  const response = await fetch(path, { signal });
  return (await response.json()) as Partial<T>;
}

/** What the service says of itself. The page works without. */
export function useDeployment(): Deployment {
  const [shown, setShown] = useState<Deployment>({ label: undefined, version: undefined, warnings: [] });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    read<Health>("/api/health", signal)
      .then(({ label, version }) => setShown((before) => ({ ...before, label, version })))
      .catch(() => {});
    read<Readiness>("/api/ready", signal)
      .then(({ warnings = [] }) => setShown((before) => ({ ...before, warnings })))
      .catch(() => {});
    return () => controller.abort();
  }, []);
  return shown;
}
