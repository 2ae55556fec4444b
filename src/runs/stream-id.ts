/** An object's name and a run's id in it. */
export interface StreamRef {
  /** 64 hex characters: a hash of what was asked. */
  readonly name: string;
  /** 32 hex characters, random. */
  readonly runId: string;
}

const STREAM_ID = /^([0-9a-f]{64})\.([0-9a-f]{32})$/;

export function streamId({ name, runId }: StreamRef): string {
  return `${name}.${runId}`;
}

/** Undefined where the text cannot be a stream's id. */
export function parseStreamId(text: string): StreamRef | undefined {
  const [, name, runId] = STREAM_ID.exec(text) ?? [];
  return name && runId ? { name, runId } : undefined;
}
