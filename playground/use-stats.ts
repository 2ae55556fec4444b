import type { Stats } from "asknewton/client";
import { useCallback, useEffect, useMemo, useState } from "react";

export type StatsState =
  | { readonly status: "working" | "refused" | "failed"; readonly stats?: Stats | undefined }
  | { readonly status: "done"; readonly stats: Stats };

const UNKNOWN_TOKEN = [401, 404]; // 404: there is no administration here

async function readStats(token: string, days: number, signal: AbortSignal): Promise<StatsState> {
  const response = await fetch(`/api/admin/stats?days=${days}`, {
    headers: { Authorization: `Bearer ${token}` },
    signal,
  });
  if (UNKNOWN_TOKEN.includes(response.status)) return { status: "refused" };
  if (!response.ok) return { status: "failed" };
  return { status: "done", stats: (await response.json()) as Stats };
}

/** What caching saved; read again when `revision` changes. */
export function useStats(token: string, days: number, revision: unknown) {
  const [state, setState] = useState<StatsState>({ status: "working" });
  const [refreshes, setRefreshes] = useState(0);
  const wish = useMemo(() => ({ token, days, revision, refreshes }), [token, days, revision, refreshes]);
  useEffect(() => {
    if (wish.token === "") return;
    const controller = new AbortController();
    setState((before) => ({ status: "working", stats: before.stats }));
    readStats(wish.token, wish.days, controller.signal)
      .then(setState)
      .catch(() => controller.signal.aborted || setState({ status: "failed" }));
    return () => controller.abort();
  }, [wish]);
  return { ...state, again: useCallback(() => setRefreshes((count) => count + 1), []) };
}
