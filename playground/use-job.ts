import type { PregenerateAnswer, PregenerateJob } from "asknewton/client";
import { useCallback, useEffect, useMemo, useState } from "react";

const PATH = "/api/admin/pregenerate";
/** Between two looks at a job: its work takes seconds at best. */
const LOOK_MS = 2_000;

async function readAnswer<T>(response: Response): Promise<T> {
  const body: unknown = await response.json();
  if (!response.ok) throw new Error((body as { detail: string }).detail);
  return body as T;
}

/** What was pasted, as the body of a request: a list of inputs, or a whole body. */
function toBody(pasted: string, mode: string): string {
  const given: unknown = JSON.parse(pasted);
  return JSON.stringify(Array.isArray(given) ? { mode, inputs: given } : { mode, ...Object(given) });
}

/** Starts a job of pregeneration and follows it until it has ended. `onEnd`: it has. */
export function useJob(token: string, onEnd: () => void) {
  const headers = useMemo(
    () => ({ authorization: `Bearer ${token}`, "content-type": "application/json" }),
    [token],
  );
  const [jobId, setJobId] = useState<string>();
  const [job, setJob] = useState<PregenerateJob>();
  const [error, setError] = useState<string>();
  const ended = job !== undefined && job.state !== "running";

  const run = useCallback((work: () => Promise<unknown>) => {
    setError(undefined);
    work().catch((reason: unknown) => setError((reason as Error).message));
  }, []);

  const start = (pasted: string, mode: string) =>
    run(async () => {
      const response = await fetch(PATH, { method: "POST", headers, body: toBody(pasted, mode) });
      setJob(undefined);
      setJobId((await readAnswer<PregenerateAnswer>(response)).jobId);
    });

  const cancel = () => run(() => fetch(`${PATH}/${jobId}`, { method: "DELETE", headers }));

  useEffect(() => {
    if (jobId === undefined) return;
    if (ended) return onEnd();
    const controller = new AbortController();
    const { signal } = controller;
    const look = () =>
      run(async () => {
        const response = await fetch(`${PATH}/${jobId}`, { headers, signal });
        if (!signal.aborted) setJob(await readAnswer<PregenerateJob>(response));
      });
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [jobId, ended, headers, run, onEnd]);

  return { job, error, start, cancel };
}
