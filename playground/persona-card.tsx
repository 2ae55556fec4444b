import { type Persona, portraitAlt, portraitSrcSet, portraitUrl } from "asknewton/client";
import { useId } from "react";

const PORTRAIT_WORDS = {
  pending: "Portrait on its way",
  failed: "No portrait",
  ready: "",
} as const;

const dollars = (amount: number) => `$${amount.toLocaleString("en-US")}`;

// As wide as a card: on a phone most of the screen, elsewhere a column.
const SIZES = "(max-width: 44rem) 84vw, 18rem";

type PortraitProps = Pick<PersonaCardProps, "persona" | "imageWidths">;

function Portrait({ persona, imageWidths }: PortraitProps) {
  const { imageStatus } = persona;
  const words = PORTRAIT_WORDS[imageStatus];
  return (
    <div className="portrait">
      <img
        key={imageStatus}
        src={portraitUrl(persona, { width: 256 })}
        srcSet={portraitSrcSet(persona, imageWidths)}
        sizes={SIZES}
        alt={portraitAlt(persona)}
        width="512"
        height="512"
        loading="lazy"
        decoding="async"
      />
      {words && <span className="portrait-state">{words}</span>}
    </div>
  );
}

export interface PersonaCardProps {
  readonly persona: Persona;
  /** The sizes that are kept of its portrait; undefined until the whole set is there. */
  readonly imageWidths: readonly number[] | undefined;
  readonly selected: boolean;
  /** Before the whole set is there, it cannot be talked with. */
  readonly canTalk: boolean;
  readonly onTalk: () => void;
}

export function PersonaCard({ persona, imageWidths, selected, canTalk, onTalk }: PersonaCardProps) {
  const heading = useId();
  const { name, age, occupation, location, description, budget, preferredPlanType, concerns } = persona;
  return (
    <li className="card" data-selected={selected}>
      <article aria-labelledby={heading}>
        <Portrait persona={persona} imageWidths={imageWidths} />
        <div className="card-text">
          <h3 id={heading}>{name}</h3>
          <p className="quiet small">
            {age}, {occupation}, {location}
          </p>
          <p className="card-description">{description}</p>
          <dl className="facts">
            <div>
              <dt>Budget</dt>
              <dd>{dollars(budget.monthlyPremiumUsd)} a month</dd>
            </div>
            <div>
              <dt>Leans to</dt>
              <dd>{preferredPlanType}</dd>
            </div>
            <div>
              <dt>Worries</dt>
              <dd>{concerns[0]}</dd>
            </div>
          </dl>
          <button
            type="button"
            className="button card-talk"
            aria-disabled={!canTalk}
            aria-pressed={selected}
            onClick={() => canTalk && onTalk()}
          >
            Ask for {name.split(" ")[0]}
          </button>
        </div>
      </article>
    </li>
  );
}

export function PersonaSkeleton() {
  return (
    <li className="card skeleton" aria-hidden="true">
      <div className="portrait" />
      <div className="card-text">
        <span className="bar bar-title" />
        <span className="bar" />
        <span className="bar" />
        <span className="bar bar-short" />
      </div>
    </li>
  );
}
