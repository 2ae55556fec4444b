import type { Stats, StatsBucket } from "asknewton/client";
import { type SubmitEvent, useId, useState } from "react";
import { keepAdminToken, useAdminToken } from "./admin-token.ts";
import { DayChart, DayTable } from "./day-chart.tsx";
import { money } from "./money.ts";
import { Pregenerate } from "./pregenerate.tsx";
import { TierSplit } from "./tier-split.tsx";
import { useStats } from "./use-stats.ts";

function Figures({ totals }: { totals: StatsBucket }) {
  const { memory, edge, d1, log } = totals.hits;
  const free = memory + edge + d1 + log + totals.joined;
  const share = totals.requests > 0 ? Math.round((free / totals.requests) * 100) : 0;
  const figures = [
    ["Saved", money(totals.savedUsd)],
    ["Spent", money(totals.spentUsd)],
    ["Answered for nothing", `${share} %`],
    ["Requests", totals.requests.toLocaleString("en-US")],
  ] as const;
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name} data-name={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Retiring({ models }: Pick<Stats, "models">) {
  const going = models.filter(({ shutdownDate }) => shutdownDate !== null);
  return going.map(({ name, shutdownDate }) => (
    <p className="notice notice-warn" key={name}>
      <span>
        The model <code>{name}</code> is shut down on {shutdownDate}.
      </span>
    </p>
  ));
}

function TokenForm({ refused, onToken }: { refused: boolean; onToken: (token: string) => void }) {
  const id = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onToken(String(new FormData(event.currentTarget).get("token") ?? "").trim());
  };
  return (
    <form className="token" onSubmit={submit}>
      <p className="quiet">
        {refused
          ? "This token is not the service's own."
          : "What caching saved is for the operator. npm start prints a link that opens it; or enter the admin token."}
      </p>
      <div className="composer-row">
        <label className="unseen" htmlFor={id}>
          Admin token
        </label>
        <input id={id} name="token" type="password" autoComplete="off" placeholder="Admin token" required />
        <button type="submit" className="button">
          Show
        </button>
      </div>
    </form>
  );
}

export function Savings({ revision }: { revision: unknown }) {
  const heading = useId();
  const token = useAdminToken();
  const [days, setDays] = useState(7);
  const { status, stats, again } = useStats(token, days, revision);
  const locked = token === "" || status === "refused";
  return (
    <section className="panel savings" aria-labelledby={heading} aria-busy={!locked && status === "working"}>
      <div className="section-head">
        <h2 id={heading}>What caching saved</h2>
        {!locked && (
          <div className="section-tools">
            {[7, 30].map((count) => (
              <button
                key={count}
                type="button"
                className="chip"
                aria-pressed={days === count}
                onClick={() => setDays(count)}
              >
                {count} days
              </button>
            ))}
            <button type="button" className="button button-quiet" onClick={again}>
              Refresh
            </button>
          </div>
        )}
      </div>
      {locked && <TokenForm refused={status === "refused" && token !== ""} onToken={keepAdminToken} />}
      {!locked && status === "failed" && (
        <p className="notice notice-bad" role="alert">
          The figures cannot be read now.
        </p>
      )}
      {!locked && stats && (
        <>
          <Figures totals={stats.totals} />
          <DayChart days={stats.days} />
          <TierSplit totals={stats.totals} />
          <Retiring models={stats.models} />
          <DayTable days={stats.days} />
          <Pregenerate token={token} figures={stats} onEnd={again} />
        </>
      )}
    </section>
  );
}
