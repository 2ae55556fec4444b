import type { Stats } from "asknewton/client";
import { useId } from "react";
import { money } from "./money.ts";

type Days = Stats["days"];

const WIDTH = 720;
const HEIGHT = 200;
const BASE = 168; // where the bars stand; the dates are below
const GAP = 0.3; // of a day's width, between two days

const MAX_BAR = 26;

const shortDate = (date: string) =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString("en-US", {
    timeZone: "UTC",
    month: "short",
    day: "numeric",
  });

/** A day's two bars: what was saved, and what was spent. */
export function DayChart({ days }: { days: Days }) {
  const title = useId();
  const most = Math.max(0, ...days.flatMap(({ savedUsd, spentUsd }) => [savedUsd, spentUsd]));
  const step = WIDTH / Math.max(days.length, 1);
  const bar = Math.min(MAX_BAR, (step * (1 - GAP)) / 2);
  const every = Math.ceil(days.length / 7); // dates that have room
  const height = (usd: number) => (usd <= 0 ? 0 : Math.max(2, (usd / most) * (BASE - 20)));
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={title}>
        <title id={title}>
          Dollars saved and spent on each of {days.length} days; the table below has the figures
        </title>
        <line className="grid" x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
        <line className="grid grid-top" x1="0" x2={WIDTH} y1="20" y2="20" />
        <text className="axis" x="0" y="14">
          {most > 0 ? money(most) : "Nothing yet"}
        </text>
        {days.map(({ date, savedUsd, spentUsd }, index) => {
          const x = index * step + step / 2 - bar;
          return (
            <g key={date}>
              <rect
                className="saved"
                x={x}
                y={BASE - height(savedUsd)}
                width={bar}
                height={height(savedUsd)}
                rx="2"
              />
              <rect
                className="spent"
                x={x + bar}
                y={BASE - height(spentUsd)}
                width={bar}
                height={height(spentUsd)}
                rx="2"
              />
              {index % every === 0 && (
                <text className="axis" x={index * step + step / 2} y={HEIGHT - 10} textAnchor="middle">
                  {shortDate(date)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption className="legend small">
        <span className="key key-saved">Saved</span>
        <span className="key key-spent">Spent</span>
      </figcaption>
    </figure>
  );
}

export function DayTable({ days }: { days: Days }) {
  return (
    <details className="table">
      <summary>The same as a table</summary>
      <section className="table-scroll" aria-label="Days">
        <table>
          <thead>
            <tr>
              {["Day", "Requests", "Made", "Saved", "Spent"].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ date, requests, generated, savedUsd, spentUsd }) => (
              <tr key={date}>
                <th scope="row">{date}</th>
                <td>{requests}</td>
                <td>{generated}</td>
                <td>{money(savedUsd)}</td>
                <td>{money(spentUsd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
