import { toNotice } from "./words.ts";

export function ProblemNotice({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { title, advice, details, requestId } = toNotice(error);
  return (
    <div className="notice notice-bad" role="alert">
      <div>
        <p className="notice-title">{title}</p>
        <p>{advice}</p>
        {details.map((detail) => (
          <p key={detail}>{detail}</p>
        ))}
        {requestId && (
          <p className="quiet small">
            Request <code>{requestId}</code>
          </p>
        )}
      </div>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
