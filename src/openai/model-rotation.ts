/** Which of a run's models is asked next: none a second time before each had its first, then again in order. */
export interface ModelRotation {
  /** Undefined where none is left. */
  next(): { readonly model: string; readonly readyAt: number } | undefined;
  asked(model: string): void;
  /** Not before that time again. Milliseconds since the epoch. */
  postpone(model: string, readyAt: number): void;
  /** Not again in this run: it does not exist, is busy for long, or costs more than is left. */
  drop(model: string): void;
}

export function createModelRotation(models: readonly string[]): ModelRotation {
  const left = new Map([...new Set(models)].map((model) => [model, { calls: 0, readyAt: 0 }]));
  return {
    next() {
      const least = Math.min(...[...left.values()].map(({ calls }) => calls));
      const found = [...left].find(([, { calls }]) => calls === least);
      return found && { model: found[0], readyAt: found[1].readyAt };
    },
    asked(model) {
      const state = left.get(model);
      if (state) state.calls += 1;
    },
    postpone(model, readyAt) {
      const state = left.get(model);
      if (state) state.readyAt = readyAt;
    },
    drop: (model) => void left.delete(model),
  };
}
