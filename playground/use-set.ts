import type { ConnectionEvent, PersonaSet } from "asknewton/client";
import { type GeneratedPersonas, useGeneratePersonas } from "asknewton/react";
import { useEffect, useRef, useState } from "react";
import { type Lead, toRequest } from "./leads.ts";
import { type Origin, parseOrigin } from "./origin.ts";

export interface MadeSet extends GeneratedPersonas {
  /** How many are being made. */
  readonly wanted: number;
  readonly origin: Origin | undefined;
  /** From the request to the last persona. */
  readonly tookMs: number | undefined;
  readonly reconnecting: boolean;
  readonly make: (lead: Lead, refresh?: boolean) => void;
  /** What was asked last, once more. */
  readonly again: () => void;
}

/** The personas of a lead, with where they came from and how long that took. */
export function useSet(initialSet?: PersonaSet): MadeSet {
  const [origin, setOrigin] = useState<Origin>();
  const [tookMs, setTookMs] = useState<number>();
  const [wanted, setWanted] = useState(initialSet?.personas.length ?? 3);
  const [reconnecting, setReconnecting] = useState(false);
  const startedAt = useRef(0);
  const last = useRef<{ lead: Lead; refresh: boolean }>(undefined);

  const onEvent = (event: ConnectionEvent) => {
    setReconnecting(event.type === "reconnecting");
    if (event.type === "open") setOrigin(parseOrigin(event.cacheStatus));
  };
  const personas = useGeneratePersonas({ onEvent, initialSet });
  const { status, generate, isLoading } = personas;

  useEffect(() => {
    if (status === "loading") startedAt.current = performance.now();
    if (status === "done" && startedAt.current > 0) setTookMs(performance.now() - startedAt.current);
    if (status === "done" || status === "error") setReconnecting(false);
  }, [status]);

  const make = (lead: Lead, refresh = false) => {
    if (isLoading) return;
    last.current = { lead, refresh };
    setWanted(Number(lead.count));
    setOrigin(undefined);
    setTookMs(undefined);
    generate(toRequest(lead), { refresh });
  };
  const again = () => last.current && make(last.current.lead, last.current.refresh);
  return { ...personas, wanted, origin, tookMs, reconnecting, make, again };
}
