import { Agent, type IncomingMessage, request } from "node:http";

/** Wall-clock time finer than a millisecond, as the stand-in's journal has it. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/** One answer as it came in. Times are wall-clock milliseconds. */
export interface Received {
  readonly startedAt: number;
  readonly arrivals: readonly { readonly at: number; readonly text: string }[];
  readonly endedAt: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });
agent.on("free", (socket) => socket.unref()); // an idle connection is no reason to stay

function begin(url: URL, body: string): Promise<IncomingMessage> {
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", agent, headers }, resolve).on("error", reject).end(body);
  });
}

/** Sends one chat and keeps every piece with its time; what is in them is looked at afterwards. */
export async function receive(url: URL, question: string): Promise<Received> {
  const body = JSON.stringify({ messages: [{ role: "user", content: question }] });
  const startedAt = wallClock();
  const response = await begin(url, body);
  if (response.statusCode !== 200) throw new Error(`${url.pathname} answered ${response.statusCode}`);
  const arrivals: { at: number; text: string }[] = [];
  response.setEncoding("utf8");
  for await (const text of response) arrivals.push({ at: wallClock(), text: text as string });
  return { startedAt, arrivals, endedAt: wallClock() };
}

/** An event of ours, or of the upstream's where it was passed through. */
interface Said {
  readonly content?: string;
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

function charsIn(line: string): number {
  if (!line.startsWith("data: {")) return 0;
  const said = JSON.parse(line.slice("data: ".length)) as Said;
  return (said.content ?? said.choices?.[0]?.delta?.content ?? "").length;
}

/** How many characters of the answer had come, each time some came. */
export function progress({ arrivals }: Received): { readonly at: number; readonly chars: number }[] {
  const steps: { at: number; chars: number }[] = [];
  let rest = "";
  let chars = 0;
  for (const { at, text } of arrivals) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    const more = lines.reduce((sum, line) => sum + charsIn(line), 0);
    chars += more;
    if (more > 0) steps.push({ at, chars });
  }
  return steps;
}
