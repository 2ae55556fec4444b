import type { Hasher } from "../hash.ts";
import type { Caller } from "../http/caller.ts";
import type { StoredPersona } from "./presenter.ts";
import type { PersonaStore } from "./store.ts";

export interface FindPersonaDeps {
  readonly store: Pick<PersonaStore, "findById">;
  /** Under `subject`, a signed-in user finds nobody else's. */
  readonly scope: "subject" | "shared";
  readonly hash: Hasher;
}

/** A persona as a model may be told of it, and whose it is. */
export interface FoundPersona {
  readonly persona: Omit<StoredPersona, "id" | "imageKey">;
  readonly emailHash: string | null;
}

/** Undefined where there is none, or it is another user's. */
export function createFindPersona({ store, scope, hash }: FindPersonaDeps) {
  return async (
    { setId, personaId }: { readonly setId: string; readonly personaId: string },
    { user }: Caller,
  ): Promise<FoundPersona | undefined> => {
    const set = await store.findById(setId);
    const foreign = scope === "subject" && user !== undefined && set?.userHash !== hash(user);
    const found = foreign ? undefined : set?.personas.find(({ id }) => id === personaId);
    if (!found) return undefined;
    const { id: _, imageKey: __, ...persona } = found;
    return { persona, emailHash: set?.emailHash ?? null };
  };
}
