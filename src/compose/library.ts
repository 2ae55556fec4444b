import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { sha256 } from "../hash.ts";
import { portraitPrompt } from "../personas/portrait.ts";
import type { StoredPersona } from "../personas/presenter.ts";
import type { Traits } from "../personas/schema.ts";
import type { Portrait } from "../portraits/jobs/insert.ts";
import { imageKey, type PortraitStyle } from "../portraits/key.ts";
import { choosePortrait } from "../portraits/library/choose.ts";
import { createLibraryLedger, type LibraryLedger } from "../portraits/library/ledger.ts";
import { LIBRARY, type LibraryPortrait } from "../portraits/library/list.ts";

export type NamedPortrait = LibraryPortrait & Portrait;

export function portraitStyle(config: Config): PortraitStyle {
  return { model: config.IMAGE_MODEL, size: config.IMAGE_SIZE, quality: config.IMAGE_QUALITY };
}

// Scope: the isolate, by configuration: 120 hashes, of which nothing ever changes.
const named = new WeakMap<Config, readonly NamedPortrait[]>();

function toNamed(style: PortraitStyle): NamedPortrait[] {
  return LIBRARY.map((portrait) => {
    const prompt = portraitPrompt({ ...portrait, gender: portrait.noun });
    // Many personas share it, so it has the initials of none.
    return { ...portrait, prompt, key: imageKey(prompt, style, sha256), initials: "" };
  });
}

/** The portraits of the library; none where PORTRAITS is `persona`. */
export function toLibrary(config: Config): readonly NamedPortrait[] {
  if (config.PORTRAITS === "persona") return [];
  const known = named.get(config) ?? toNamed(portraitStyle(config));
  named.set(config, known);
  return known;
}

export function fromLibrary(config: Config) {
  return (traits: Traits, others: readonly StoredPersona[]): Portrait => {
    const taken = new Set(others.map(({ imageKey: key }) => key));
    return choosePortrait(toLibrary(config), traits, taken, sha256);
  };
}

/** Whether a portrait is one of the library's. */
export function isOfLibrary(config: Config): (key: string) => boolean {
  const keys = new Set(toLibrary(config).map(({ key }) => key));
  return (key) => keys.has(key);
}

export function composeLibrary({ DB }: { readonly DB: D1Database }, config: Config): LibraryLedger {
  return createLibraryLedger(openDatabase(DB), toLibrary(config), portraitStyle(config), () => Date.now());
}
