/** What a Durable Object has its alarm by. */
type Storage = Pick<DurableObjectStorage, "setAlarm" | "getAlarm">;

let shiftedBy = 0; // scope: the isolate. Milliseconds

/** Has this isolate's clock go so many milliseconds before, or after, the machine's. */
export function shiftClock(ms: number): void {
  const { now } = Date;
  const more = ms - shiftedBy;
  shiftedBy = ms;
  if (more === 0) return;
  const shifted = () => now.call(Date) + more;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [shifted()] : args, as),
    get: (target, name) => (name === "now" ? shifted : Reflect.get(target, name)),
  });
}

/** Has an object's alarms come by that clock: the runtime knows the machine's alone. */
export function shiftAlarms(storage: Storage): void {
  const { setAlarm, getAlarm } = storage;
  storage.setAlarm = (at, options) => setAlarm.call(storage, Number(at) - shiftedBy, options);
  storage.getAlarm = async (options) => {
    const at = await getAlarm.call(storage, options);
    return at === null ? null : at + shiftedBy;
  };
}

const RETRY_SECONDS = 1;

/** Has messages that are to come again do so soon: the queue knows the machine's clock alone, and no leap of this one. */
export function hastenRetries({ messages }: MessageBatch): void {
  for (const message of messages) {
    const { retry } = message;
    message.retry = () => retry.call(message, { delaySeconds: RETRY_SECONDS });
  }
}
