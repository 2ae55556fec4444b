import { describeError, log } from "../log.ts";
import type { Batches } from "../openai/batches.ts";
import { isUnsupported } from "../openai/batches.ts";
import { UpstreamError } from "../openai/failures.ts";
import { type Batch, type BatchStore, type Endpoint, type Item, MAX_BATCHES } from "./store.ts";
import type { TakeIn } from "./take-in.ts";

/** What of the requests of one endpoint a room knows. */
export interface Requests {
  /** The body of the item's line and the most that it costs by batch; undefined where nobody wants it any more. */
  toRequests(items: readonly Item[]): Promise<(Request | undefined)[]>;
  /** Has these made as if no batch had been asked. */
  makeOrdinarily(items: readonly Item[]): Promise<void>;
}

export interface Request {
  readonly body: object;
  /** US dollars. */
  readonly worstCaseUsd: number;
}

/** The day's money, for whole batches. */
export interface Money {
  /** Sets aside as much as fits, from the first on: how many of the amounts. Asked again it gives the same. */
  reserve(batch: Batch, amountsUsd: readonly number[]): Promise<number>;
  /** What it did cost, in US dollars; the rest is free again. */
  settle(batch: Batch, costUsd: number): Promise<void>;
}

export interface TickDeps {
  readonly store: BatchStore;
  readonly upstream: Batches;
  readonly requests: Readonly<Record<Endpoint, Requests>>;
  readonly money: Money;
  /** Drops what no job waits for any more. */
  readonly dropUnwanted: () => Promise<void>;
  readonly takeIn: TakeIn;
  /** How many images may still be started today. */
  readonly imagesLeft: () => Promise<number>;
  readonly now: () => number;
}

/** An invocation has 15 minutes: after these no batch is begun with, and the next tick goes on. Milliseconds. */
const WORK_MS = 8 * 60_000;
/** Of a file: what its results need to be taken in by one invocation. */
const MAX_ITEMS = 200;
/** A batch is asked for within 24 hours; what is not over then is cancelled, and given up a while after. */
const CANCEL_AFTER_MS = 30 * 3_600_000;
const GIVE_UP_AFTER_MS = 36 * 3_600_000;

/** Of the file or the batch as a whole: the same again would be refused, too. */
const REFUSALS = new Set([400, 413, 422]);
const NEVER_SEEN = { over: true, outputFile: undefined, errorFile: undefined };

/** `wait`: until the next tick. */
type Step = Partial<Batch> | "wait";

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** One step of all economy work. Each step can be done again without harm. */
export function createTick(deps: TickDeps): () => Promise<void> {
  const { store, upstream, money, now } = deps;

  /** The requests that the day has money for; the others wait again. */
  async function prepare(batch: Batch): Promise<{ item: Item; request: Request }[]> {
    const found = await store.itemsOf(batch);
    const requests = await deps.requests[batch.endpoint].toRequests(found);
    const asked = found.flatMap((item, index) => {
      const request = requests[index];
      return request ? [{ item, request }] : [];
    });
    const gone = found.filter((item) => !asked.some((one) => one.item === item));
    if (gone.length > 0) await store.drop(gone.map(({ id }) => id));
    const amounts = asked.map(({ request }) => request.worstCaseUsd);
    const kept = asked.slice(0, await money.reserve(batch, amounts));
    const reservedUsd = sum(amounts.slice(0, kept.length));
    await store.confirm(
      batch,
      kept.map(({ item }) => item),
      reservedUsd,
    );
    if (kept.length < asked.length) log.warn("batch.waits", { count: asked.length - kept.length });
    return kept;
  }

  async function upload(batch: Batch): Promise<Step> {
    const kept = await prepare(batch);
    if (kept.length === 0) return { state: "ended" };
    const lines = kept.map(({ item, request }) => upstream.toLine(item.id, batch.endpoint, request.body));
    return { state: "uploaded", inputFile: await upstream.upload(lines.join("")) };
  }

  async function create(batch: Batch): Promise<Step> {
    // Its answer may have been lost: it is looked for before another is created.
    const lost = batch.state === "creating" ? await upstream.find(batch.id) : undefined;
    if (!lost && !(await store.update(batch, { state: "creating" }))) return "wait";
    const created = lost ?? (await upstream.create(batch.inputFile ?? "", batch.endpoint, batch.id));
    return { state: "created", upstreamId: created.id };
  }

  async function poll(batch: Batch): Promise<Step> {
    const age = now() - batch.createdAt;
    const id = batch.upstreamId ?? "";
    if (batch.cancelled || age > CANCEL_AFTER_MS) {
      await upstream.cancel(id).catch((error) => log.warn("batch.cancel", describeError(error))); // it may be over
    }
    const read = upstream.read(id).catch((error: unknown) => {
      if (isUnsupported(error) || age > GIVE_UP_AFTER_MS) return NEVER_SEEN;
      throw error;
    });
    const { over, outputFile, errorFile } = await read;
    if (over || age > GIVE_UP_AFTER_MS) {
      return { state: "ended", outputFile: outputFile ?? null, errorFile: errorFile ?? null };
    }
    return "wait";
  }

  async function end(batch: Batch): Promise<Step> {
    const { whole, failed } = await deps.takeIn(batch);
    if (!whole) return "wait";
    if (batch.cancelled) await deps.dropUnwanted();
    if (failed.length > 0) await deps.requests[batch.endpoint].makeOrdinarily(failed);
    await store.drop(failed.map(({ id }) => id));
    await money.settle(batch, await store.readCost(batch)); // `batch` is as it was claimed
    for (const file of [batch.inputFile, batch.outputFile, batch.errorFile]) {
      if (file) await upstream.remove(file).catch((error) => log.warn("batch.file", describeError(error)));
    }
    return { state: "settled" };
  }

  async function unsupported(batch: Batch): Promise<Step> {
    log.warn("batch.unsupported", {});
    await deps.requests[batch.endpoint].makeOrdinarily(await store.itemsOf(batch));
    await store.dropUnasked(batch);
    await money.settle(batch, 0);
    return { state: "unsupported" };
  }

  async function failed(batch: Batch, error: unknown): Promise<Step> {
    if (isUnsupported(error)) return await unsupported(batch);
    const refused = error instanceof UpstreamError && REFUSALS.has(error.status ?? 0);
    if (!refused && now() - batch.createdAt <= GIVE_UP_AFTER_MS) throw error;
    log.error("batch.refused", describeError(error));
    return { state: "ended" };
  }

  async function next(batch: Batch): Promise<Step> {
    const { state, cancelled } = batch;
    if (state === "created") return await poll(batch);
    if (state !== "collected" && state !== "uploaded" && state !== "creating") return await end(batch);
    if (cancelled && state !== "creating") return { state: "ended" };
    const begin = state === "collected" ? upload : create;
    return await begin(batch).catch((error: unknown) => failed(batch, error));
  }

  /** Until it has to wait for somebody else, or is over. */
  async function advance(claimed: Batch): Promise<void> {
    let batch = claimed;
    for (;;) {
      const step = await next(batch);
      if (step === "wait") break;
      if (!(await store.update(batch, step))) return;
      batch = { ...batch, ...step };
      if (batch.state === "created" || batch.state === "settled" || batch.state === "unsupported") break;
    }
  }

  return async function tick() {
    const until = now() + WORK_MS;
    await deps.dropUnwanted();
    const left = await deps.imagesLeft();
    await store.collect("chat", MAX_ITEMS);
    if (left > 0) await store.collect("images", Math.min(MAX_ITEMS, left));
    const claimed: Batch[] = [];
    while (claimed.length < MAX_BATCHES) {
      const batch = await store.claim();
      if (!batch) break;
      claimed.push(batch);
    }
    for (const batch of claimed) {
      if (now() < until) await advance(batch).catch((error) => log.warn("batch.later", describeError(error)));
      await store.update(batch, { leaseOwner: null, dueAt: now() });
    }
  };
}
