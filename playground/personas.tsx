import { useId } from "react";
import { seconds } from "./origin.ts";
import { PersonaCard, PersonaSkeleton } from "./persona-card.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import type { MadeSet } from "./use-set.ts";

function SourceBadge({ origin, tookMs }: Pick<MadeSet, "origin" | "tookMs">) {
  if (!origin || tookMs === undefined) return null;
  return (
    <p className="badge" data-free={origin.free} data-origin={origin.name}>
      <span>{origin.words}</span>
      <span className="badge-time">{seconds(tookMs)}</span>
    </p>
  );
}

/** What is read out as it changes. */
function progress({ status, personas, wanted, reconnecting, origin }: MadeSet): string {
  if (reconnecting) return "The connection was lost and is being made anew.";
  if (status === "loading" || status === "waiting")
    return `${personas.length} of ${wanted} personas are there.`;
  if (status !== "done") return "";
  const portraits = personas.filter(({ imageStatus }) => imageStatus === "ready").length;
  return `${personas.length} personas. ${origin?.words ?? ""}. ${portraits} portraits are there.`;
}

function Empty() {
  return (
    <div className="empty">
      <p className="empty-title">No personas yet</p>
      <p className="quiet">
        Three people who could be this lead, with their budgets, worries and questions, appear here one by
        one. Their portraits follow a few seconds later. The same lead again answers from the cache, for
        nothing.
      </p>
    </div>
  );
}

export interface PersonasProps {
  readonly made: MadeSet;
  readonly selectedId: string | undefined;
  readonly onTalk: (personaId: string) => void;
  readonly onRefresh: () => void;
}

export function Personas({ made, selectedId, onTalk, onRefresh }: PersonasProps) {
  const heading = useId();
  const { personas, set, status, isLoading, error, wanted } = made;
  const missing = isLoading ? Math.max(0, wanted - personas.length) : 0;
  const isEmpty = personas.length + missing === 0;
  return (
    <section aria-labelledby={heading} className="personas" aria-busy={isLoading}>
      <div className="section-head">
        <h2 id={heading}>Personas</h2>
        <div className="section-tools">
          <SourceBadge {...made} />
          {status === "done" && (
            <button type="button" className="button button-quiet" onClick={onRefresh}>
              Make anew
            </button>
          )}
        </div>
      </div>
      <p className="unseen" role="status">
        {progress(made)}
      </p>
      {made.reconnecting && (
        <p className="notice notice-warn">The connection was lost. Picking it up again…</p>
      )}
      {error && <ProblemNotice error={error} onRetry={made.again} />}
      {isEmpty && !error && <Empty />}
      {!isEmpty && (
        <ul className="cards">
          {personas.map((persona) => (
            <PersonaCard
              key={persona.id}
              persona={persona}
              imageWidths={set?.imageWidths}
              selected={persona.id === selectedId}
              canTalk={set !== undefined}
              onTalk={() => onTalk(persona.id)}
            />
          ))}
          {Array.from({ length: missing }, (_, place) => personas.length + place).map((place) => (
            <PersonaSkeleton key={place} />
          ))}
        </ul>
      )}
    </section>
  );
}
