/** What a log line says of an error: nothing in it was written by a caller, a model or the upstream. */
export interface ErrorFields {
  /** Its class; of what is no error, its type. */
  readonly error?: string;
  /** Of an error of ours. */
  readonly code?: string;
  /** What the platform said. */
  readonly reason?: string;
  /** The innermost first, each `function (file:line:column)`. */
  readonly frames?: readonly string[];
  readonly cause?: ErrorFields;
}

const MAX_CAUSES = 3;
const MAX_FRAMES = 6;
// Of a stack: more than so many frames of ours have.
const MAX_STACK_CHARS = 4_000;

/**
 * What D1, Durable Objects and R2 say. A message is never logged itself: it may quote a prompt, a body or what
 * was bound to a query.
 */
const REASONS = [
  "no such table",
  "no such column",
  "constraint failed",
  "too many SQL variables",
  "syntax error",
  "not supported for value",
  "Exceeded maximum DB size",
  "database or disk is full",
  "too big",
  "overloaded",
  "exceeded its memory limit",
  "exceeded timeout",
  "exceeded its CPU time limit",
  "reset because its code was updated",
  "caused object to be reset",
  "transient issue on remote node",
  "Network connection lost",
  "Cannot perform I/O on behalf of a different request",
];

const CLASS = /^[A-Za-z]{1,60}$/;
const CODE = /^[a-z]+(_[a-z]+)*$/;
/** How a stack begins: with the class that the error had then, or an internal error's code. */
const STACK_HEAD = /^[\w$]*(?: \[[A-Z_\d]+\])?(?:: )?/;
const FRAME =
  /^ {4}at ((?:async |new ){0,2}[\w$.#<>]{1,80} )?(?:\[as [\w$.#]{1,80}\] )?\(?(?:[^\s()]*\/)?([\w$.:-]{1,60}:\d{1,9}:\d{1,9})\)?$/;

/** The lines after the message; none where the stack does not hold the message as it is, which may so be in it. */
function toFrames({ stack, message }: Error): string[] {
  if (typeof stack !== "string") return [];
  const head = STACK_HEAD.exec(stack)?.[0].length ?? 0;
  const end = head + message.length;
  if (!stack.startsWith(message, head)) return [];
  const [rest, ...lines] = stack.slice(end, end + MAX_STACK_CHARS).split("\n");
  if (rest !== "") return [];
  const foreign = lines.findIndex((line) => !line.startsWith("    at "));
  const frames = (foreign < 0 ? lines : lines.slice(0, foreign)).flatMap((line) => {
    const [, caller = "", place] = FRAME.exec(line) ?? [];
    return place === undefined ? [] : [`${caller}(${place})`];
  });
  return frames.slice(0, MAX_FRAMES);
}

/** Errors of ours have their code as their message; the code of any other is somebody else's word. */
function toCode(error: Error): string | undefined {
  const { code } = error as { code?: unknown };
  return code === error.message && CODE.test(error.message) ? error.message : undefined;
}

/** An error and what caused it, without any message: class, code, place, and what the platform said. */
export function describeError(error: unknown, causes = MAX_CAUSES): ErrorFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const reason = REASONS.find((words) => error.message.includes(words));
  const code = toCode(error);
  const cause = causes > 0 && error.cause !== undefined ? describeError(error.cause, causes - 1) : undefined;
  return {
    error: CLASS.test(error.name) ? error.name : "Error",
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
    frames: toFrames(error),
    ...(cause && { cause }),
  };
}
