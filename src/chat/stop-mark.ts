// CONTRACT §5: a stop that overtakes its send counts for the sends of the next minute.
const MARK_MS = 60_000;
const NAME = "stopped-until";

/** That somebody stopped a key's send before it came: kept in the key's Durable Object. */
export interface StopMark {
  leave(): void;
  isThere(): boolean;
  /** When it ends, in milliseconds since the epoch; undefined where there is none. */
  until(): number | undefined;
  /** Removes it where its time is over. */
  expire(): void;
}

export function createStopMark({ kv }: DurableObjectStorage, now: () => number): StopMark {
  const until = () => kv.get<number>(NAME);
  const isThere = () => (until() ?? 0) > now();
  return {
    leave: () => kv.put(NAME, now() + MARK_MS),
    isThere,
    until,
    expire() {
      if (until() !== undefined && !isThere()) kv.delete(NAME);
    },
  };
}
