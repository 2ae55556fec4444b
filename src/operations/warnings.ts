import type { Database } from "../db/client.ts";
import { describeError, log } from "../log.ts";
import { databaseWarnings, readDatabaseSize } from "./database-size.ts";
import { knownModels, shutdownWarnings } from "./models.ts";

/** What works, but hardly as it is meant. Everybody may read it: no variable, no weakness. */
export function configWarnings(upstreamConfigured: boolean): string[] {
  return upstreamConfigured ? [] : ["No model service is configured: only cached answers can be given"];
}

export interface DueWarningsDeps {
  readonly db: Database;
  /** The configured ones. */
  readonly models: readonly string[];
  /** Of an upstream without batches. */
  readonly batches: () => Promise<string[]>;
  readonly now: () => number;
}

/** What `ready` says of models that retire, of an upstream without batches, and of a database that fills up. */
export function createDueWarnings({ db, models, batches, now }: DueWarningsDeps): () => Promise<string[]> {
  return async () => {
    try {
      const [known, size, ofBatches] = await Promise.all([
        knownModels(db, models),
        readDatabaseSize(db, now()),
        batches(),
      ]);
      return [...shutdownWarnings(known, now()), ...databaseWarnings(size, now()), ...ofBatches];
    } catch (error) {
      log.warn("warnings.unknown", describeError(error)); // D1's own check says what is wrong
      return [];
    }
  };
}
