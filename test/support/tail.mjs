/** A streaming tail Worker: keeps what the platform traces of another, and gives it to whoever asks. */
const events = [];
const writable = (_, value) => (typeof value === "bigint" ? String(value) : value);

export default {
  fetch: () => new Response(JSON.stringify(events, writable)),
  tailStream(onset) {
    const keep = ({ event, invocationId, spanContext }) => {
      events.push({ ...event, invocationId, trace: spanContext?.traceId, span: spanContext?.spanId });
    };
    keep(onset);
    return keep;
  },
};
