/** How often each of the bindings fails: every so many-th operation; 0: never. */
export interface FaultRates {
  readonly d1: number;
  readonly r2: number;
  readonly transform: number;
  readonly queue: number;
}

export const NO_FAULTS: FaultRates = { d1: 0, r2: 0, transform: 0, queue: 0 };

/** One operation that failed, as the log has it: `ids` are the hashes and run ids among its values. */
export interface BindingFault {
  readonly event: "chaos.fault";
  readonly binding: keyof FaultRates;
  readonly operation: string;
  /** Whether it was carried out, and only its answer was lost. */
  readonly done: boolean;
  readonly ids: readonly string[];
}

export interface Bindings {
  readonly DB: { withSession(): object };
  readonly IMAGES: object;
  readonly TRANSFORM: object;
  readonly IMAGE_JOBS: object;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

const LOST = "D1_ERROR: Network connection lost.";
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
/** How the name of a portrait's size ends, and no portrait's. */
const OF_A_SIZE = /\/\d+$/;
const ID = /\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b/g;
// Of a statement no more than names it.
const OPERATION_CHARS = 60;

// Scope: the isolate, which the Worker and its Durable Objects share locally.
let rates = NO_FAULTS;
const counts = { d1: 0, r2: 0, transform: 0, queue: 0 };

export function setFaultRates(next: FaultRates): void {
  rates = next;
}

function isDue(binding: keyof FaultRates): boolean {
  counts[binding] += 1;
  return rates[binding] > 0 && counts[binding] % rates[binding] === 0;
}

function tell(binding: keyof FaultRates, operation: string, done: boolean, said: string): void {
  const ids = [...new Set(said.match(ID) ?? [])];
  const fault: BindingFault = { event: "chaos.fault", binding, operation, done, ids };
  console.info(JSON.stringify(fault));
}

/** Puts `around` in the place of a method of a binding, for everyone who has that binding. */
function replace(object: object, name: string, around: (call: () => unknown, args: unknown[]) => unknown) {
  const prototype = Object.getPrototypeOf(object) as Record<string, Method>;
  const original = prototype[name];
  if (!original) throw new Error(`no ${name} to break`);
  prototype[name] = function (...args) {
    return around(() => original.apply(this, args), args);
  };
}

/** In turn: lost before D1 has it, lost after D1 did it, overloaded. */
async function breakDatabase(send: () => unknown, args: unknown[]): Promise<unknown> {
  if (!isDue("d1")) return await send();
  const said = JSON.stringify(args.slice(1));
  const way = (counts.d1 / rates.d1) % 3;
  if (way === 1) await send();
  const sql = /\b(?:insert into|update|delete from|from)\s+\W*\w+/i.exec(said)?.[0] ?? said;
  tell("d1", sql.slice(0, OPERATION_CHARS), way === 1, said);
  throw new Error(way === 2 ? OVERLOADED : LOST);
}

function breakBinding(binding: keyof FaultRates, name: string, message: string) {
  return (call: () => unknown, args: unknown[]): unknown => {
    if (!isDue(binding)) return call();
    const said = String(args[0]);
    tell(binding, OF_A_SIZE.test(said) ? `${name} of a size` : name, false, said);
    const error = new Error(message);
    if (binding === "transform") throw error;
    return Promise.reject(error);
  };
}

let broken = false;

/** Has the bindings of this isolate fail as often as `setFaultRates` says. */
export function breakBindings(env: Bindings): void {
  if (broken) return;
  broken = true;
  replace(env.DB.withSession(), "_wrappedFetch", breakDatabase);
  for (const name of ["put", "get", "head", "delete", "list"]) {
    replace(env.IMAGES, name, breakBinding("r2", name, `${name}: We encountered an internal error. (10001)`));
  }
  replace(env.TRANSFORM, "input", breakBinding("transform", "input", "IMAGES_TRANSFORM_ERROR 9432"));
  for (const name of ["send", "sendBatch"]) {
    replace(env.IMAGE_JOBS, name, breakBinding("queue", name, "Queue send failed: Internal Server Error"));
  }
}
