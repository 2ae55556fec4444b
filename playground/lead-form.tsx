import { type SubmitEvent, useId } from "react";
import { redact } from "../src/redact.ts";
import { LEADS, type Lead } from "./leads.ts";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly lines?: number;
  readonly type?: "text" | "number";
  readonly min?: number;
  readonly max?: number;
}

function Field({ label, value, onChange, lines, type = "text", min, max }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {lines ? (
        <textarea id={id} rows={lines} value={value} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          id={id}
          type={type}
          min={min}
          max={max}
          value={value}
          required={type === "number" && min !== undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  );
}

export interface LeadFormProps {
  readonly lead: Lead;
  readonly onChange: (lead: Lead) => void;
  readonly onSubmit: () => void;
  readonly busy: boolean;
}

/** While it is busy the button stays where it is and can be focused: a disabled one would lose the keyboard. */
export function LeadForm({ lead, onChange, onSubmit, busy }: LeadFormProps) {
  const heading = useId();
  const bind = (name: keyof Lead) => ({
    value: lead[name],
    onChange: (value: string) => onChange({ ...lead, [name]: value }),
  });
  const hasNumbers = Object.values(lead).some((text) => redact(text) !== text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!busy) onSubmit();
  };
  return (
    <form className="panel lead" onSubmit={submit} aria-labelledby={heading}>
      <h2 id={heading}>The lead</h2>
      <fieldset className="picks">
        <legend className="small quiet">Start from</legend>
        {LEADS.map((sample) => (
          <button
            key={sample.name}
            type="button"
            className="chip"
            aria-pressed={sample.name === lead.name}
            onClick={() => onChange(sample)}
          >
            {sample.name.split(" ")[0]}
          </button>
        ))}
      </fieldset>
      <Field label="Name" {...bind("name")} />
      <div className="pair">
        <Field label="Age" type="number" min={0} max={120} {...bind("age")} />
        <Field label="State" {...bind("state")} />
      </div>
      <Field label="Household" {...bind("household")} />
      <Field label="Occupation" {...bind("occupation")} />
      <Field label="Income a year, in dollars" type="number" min={0} {...bind("income")} />
      <Field label="Coverage today" {...bind("coverage")} />
      <Field label="What matters" lines={3} {...bind("goals")} />
      {hasNumbers && (
        <p className="notice notice-warn" role="status">
          A number that identifies a person is removed before the lead goes to the model.
        </p>
      )}
      <div className="lead-end">
        <Field label="Personas" type="number" min={1} max={10} {...bind("count")} />
        <button type="submit" className="button button-main" aria-disabled={busy}>
          {busy ? "Making personas…" : "Make personas"}
        </button>
      </div>
    </form>
  );
}
