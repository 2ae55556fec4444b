import { useCallback, useRef, useState } from "react";
import {
  type GeneratePersonasOptions,
  type GenerateRequest,
  generatePersonas,
  type Persona,
  type PersonaSet,
} from "../index.ts";
import { asError } from "./as-error.ts";
import { useDebouncedCallback } from "./use-debounced-callback.ts";
import { useLatest } from "./use-latest.ts";
import { usePortraits } from "./use-portraits.ts";
import { useUnmount } from "./use-unmount.ts";

/** `waiting`: for another call, in the debounce. `done` while portraits may still be pending. */
export type PersonasStatus = "idle" | "waiting" | "loading" | "done" | "error";

export interface UseGeneratePersonasOptions
  extends Omit<GeneratePersonasOptions, "signal" | "refresh" | "idempotencyKey" | "onPersona" | "onReset"> {
  /** How long `generate` waits for another call, in milliseconds. Default 400. */
  readonly delay?: number | undefined;
  /** What is shown at first, such as a set that was kept over a reload. */
  readonly initialSet?: PersonaSet | undefined;
}

export interface GeneratedPersonas {
  /** Those that are there: one by one while loading, with today's portraits after. */
  readonly personas: readonly Persona[];
  /** The whole set, once it is there. */
  readonly set: PersonaSet | undefined;
  /** Undefined until the set is there. */
  readonly fromCache: boolean | undefined;
  readonly status: PersonasStatus;
  /** From the call on. Another call replaces one that waits, and is refused once it is sent. */
  readonly isLoading: boolean;
  readonly error: Error | undefined;
  /** `refresh` makes the set anew. */
  readonly generate: (input: GenerateRequest, options?: { readonly refresh?: boolean | undefined }) => void;
  /** Forgets what waits or loads. The service goes on: others may share the run. */
  readonly cancel: () => void;
}

type Shown = Pick<GeneratedPersonas, "personas" | "set" | "status" | "error">;

const isLoading = ({ status }: Shown) => status === "waiting" || status === "loading";
const IDLE: Shown = { personas: [], set: undefined, status: "idle", error: undefined };

function shownAtFirst(set: PersonaSet | undefined): Shown {
  return set ? { set, personas: set.personas, status: "done", error: undefined } : IDLE;
}

/** Personas of a lead, one set at a time. */
export function useGeneratePersonas(options: UseGeneratePersonasOptions = {}): GeneratedPersonas {
  const [shown, setShown] = useState(() => shownAtFirst(options.initialSet));
  const latest = useLatest(options);
  const loading = useRef<AbortController>(undefined);

  const load = useCallback(
    async (input: GenerateRequest, refresh: boolean | undefined) => {
      const controller = new AbortController();
      const { signal } = controller;
      const show = (change: Partial<Shown>) => {
        if (loading.current === controller) setShown((before) => ({ ...before, ...change }));
      };
      loading.current = controller;
      show({ ...IDLE, status: "loading" });
      try {
        const set = await generatePersonas(input, {
          ...latest.current,
          refresh,
          signal,
          onPersona: (_, personas) => show({ personas }),
          onReset: () => show({ personas: [] }),
        });
        show({ set, personas: set.personas, status: "done" });
      } catch (error) {
        show({ status: "error", error: asError(error) });
      } finally {
        if (loading.current === controller) loading.current = undefined;
      }
    },
    [latest],
  );

  const submit = useDebouncedCallback(load, options.delay);

  const generate = useCallback<GeneratedPersonas["generate"]>(
    (input, { refresh } = {}) => {
      if (loading.current) return;
      setShown((before) => ({ ...before, status: "waiting", error: undefined }));
      submit(input, refresh);
    },
    [submit],
  );

  const cancel = useCallback(() => {
    submit.cancel();
    loading.current?.abort();
    loading.current = undefined;
    setShown((before) => (isLoading(before) ? IDLE : before));
  }, [submit]);
  useUnmount(cancel);

  const show = (set: PersonaSet) => setShown((before) => ({ ...before, set, personas: set.personas }));
  usePortraits(shown.status === "done" ? shown.set : undefined, show, options);

  return { ...shown, fromCache: shown.set?.fromCache, isLoading: isLoading(shown), generate, cancel };
}
