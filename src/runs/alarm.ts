import { describeError, log } from "../log.ts";
import { doubling } from "./backoff.ts";
import { createRunStore } from "./run-store.ts";

const FIRST_DELAY_MS = 30_000;
const MAX_DELAY_MS = 3_600_000;
/** After so long nothing of the object is of use to anybody: what people wrote is not kept for ever. */
const GIVE_UP_AFTER_MS = 7 * 86_400_000;
const NAME = "alarm-failures";

interface Failures {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Has an object's alarm come by `time`, whatever else it is to come for. Milliseconds since the epoch. */
export async function alarmBy(
  storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">,
  time: number,
): Promise<void> {
  const next = await storage.getAlarm();
  if (next === null || next > time) await storage.setAlarm(time);
}

/** Forgets what is over, whatever else could not be done, and sets the next alarm while anything is left. */
async function putOff(storage: DurableObjectStorage, now: number): Promise<void> {
  const { kv } = storage;
  const { count, since } = kv.get<Failures>(NAME) ?? { count: 0, since: now };
  const store = createRunStore(storage);
  store.expire(now);
  const othersLeft = [...kv.list()].some(([name]) => name !== NAME);
  const givenUp = now - since > GIVE_UP_AFTER_MS;
  if (givenUp) log.error("alarm.given_up", { count });
  if (givenUp || (store.isEmpty() && !othersLeft)) return await store.clear();
  kv.put<Failures>(NAME, { count: count + 1, since });
  await storage.setAlarm(now + doubling(count + 1, FIRST_DELAY_MS, MAX_DELAY_MS));
}

/**
 * Does an alarm's work. The platform tries an alarm that throws six times within minutes and then never again; so
 * none does: where the work fails (an invalid configuration, a database that is away) it comes again after a delay
 * that grows to an hour, and after a week of that the object is given up.
 */
export async function attemptAlarm(
  storage: DurableObjectStorage,
  now: () => number,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    if (storage.kv.get(NAME) !== undefined) storage.kv.delete(NAME);
  } catch (error) {
    log.error("alarm.failed", describeError(error));
    await putOff(storage, now());
  }
}
