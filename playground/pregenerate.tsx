import type { PregenerateJob, Stats } from "asknewton/client";
import { type SubmitEvent, useId } from "react";
import { money } from "./money.ts";
import { useJob } from "./use-job.ts";

const EXAMPLE = '[{"leadData": {"name": "Ann", "age": 41}, "config": {"count": 3}}]';

function Progress({ job, onCancel }: { job: PregenerateJob; onCancel: () => void }) {
  const { sets, portraits, failures, state, spentUsd } = job;
  const made = sets.done + sets.failed + portraits.ready + portraits.failed;
  const all = sets.total + portraits.pending + portraits.ready + portraits.failed;
  return (
    <div className="field" role="status">
      <progress value={made} max={Math.max(all, 1)} aria-label="The job's progress" />
      <p className="small">
        {state}: {sets.done} of {sets.total} sets, {portraits.ready} portraits, {money(spentUsd)} spent
      </p>
      {failures.map(({ index, code }) => (
        <p className="small" key={index}>
          Input {index}: <code>{code}</code>
        </p>
      ))}
      {state === "running" && (
        <button type="button" className="button button-quiet" onClick={onCancel}>
          Cancel the job
        </button>
      )}
    </div>
  );
}

type Figures = Pick<Stats, "library" | "pregenerated">;

function prices({ usual, batch }: Stats["library"]["spentUsd"]): string {
  return `${money(usual)} at the usual price and ${money(batch)} at half of it`;
}

/** What was made beforehand, and of what use it was. */
function SoFar({ library, pregenerated }: Figures) {
  const { made, used, unused, spentUsd, savedUsd } = pregenerated;
  return (
    <>
      {library.total > 0 && (
        <p className="small">
          The library has {library.ready} of {library.total} portraits, for {prices(library.spentUsd)}.
        </p>
      )}
      {made > 0 && (
        <p className="small">
          Sets that jobs made: {made}, of which {used} were used since and {unused} not yet. Spent:{" "}
          {prices(spentUsd)}, which saved {money(savedUsd)}.
        </p>
      )}
    </>
  );
}

export interface PregenerateProps {
  readonly token: string;
  readonly figures: Figures;
  readonly onEnd: () => void;
}

/** Sets that are made before visitors ask. */
export function Pregenerate({ token, figures, onEnd }: PregenerateProps) {
  const id = useId();
  const { job, error, start, cancel } = useJob(token, onEnd);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    start(String(form.get("inputs")), form.has("economy") ? "economy" : "now");
  };
  return (
    <details className="table">
      <summary>Make sets before visitors ask</summary>
      <SoFar library={figures.library} pregenerated={figures.pregenerated} />
      <form className="token" onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>Inputs, as JSON</label>
          <textarea id={id} name="inputs" rows={4} placeholder={EXAMPLE} required />
        </div>
        <label className="small">
          <input type="checkbox" name="economy" /> Within a day, at half the price
        </label>
        <button type="submit" className="button">
          Start
        </button>
      </form>
      {error && (
        <p className="notice notice-bad" role="alert">
          {error}
        </p>
      )}
      {job && <Progress job={job} onCancel={cancel} />}
    </details>
  );
}
