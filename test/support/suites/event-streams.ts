/** The JSON of one event with this text in it, on one line. */
export type Payload = (text: string) => string;

export interface StreamCase {
  readonly name: string;
  readonly stream: (payload: Payload) => string;
  /** The texts of the events that it has (WHATWG HTML §9.2.6). */
  readonly texts: readonly string[];
}

const BOM = "\uFEFF";
const A = (payload: Payload, end = "\n") => `data: ${payload("A")}${end}${end}`;
const B = (payload: Payload, end = "\n") => `data: ${payload("B")}${end}${end}`;
const around = (name: string, lines: string): StreamCase => ({
  name,
  stream: (payload) => `${A(payload)}${lines}${B(payload)}`,
  texts: ["A", "B"],
});

/** After the kinds of the public EventSource suite. */
export const STREAM_CASES: readonly StreamCase[] = [
  { name: "LF", stream: (p) => A(p) + B(p), texts: ["A", "B"] },
  { name: "CRLF", stream: (p) => A(p, "\r\n") + B(p, "\r\n"), texts: ["A", "B"] },
  { name: "CR", stream: (p) => `${A(p, "\r") + B(p, "\r")}: end\n`, texts: ["A", "B"] },
  { name: "all three", stream: (p) => `data: ${p("A")}\r\n\rdata: ${p("B")}\n\r\n`, texts: ["A", "B"] },
  { name: "a byte order mark", stream: (p) => BOM + A(p) + B(p), texts: ["A", "B"] },
  { name: "a byte order mark later", stream: (p) => `${A(p)}${BOM}data: {}\n\n${B(p)}`, texts: ["A", "B"] },
  { name: "no space after the colon", stream: (p) => `data:${p("A")}\n\n`, texts: ["A"] },
  { name: "two spaces, one of them the value's", stream: (p) => `data:  ${p("A")}\n\n`, texts: ["A"] },
  { name: "a tabulator, which is the value's", stream: (p) => `data:\t${p("A")}\n\n`, texts: ["A"] },
  {
    name: "a field without a colon beside a value",
    stream: (p) => `data\ndata: ${p("A")}\ndata\n\n`,
    texts: ["A"],
  },
  {
    name: "a value over two lines",
    stream: (p) => `data: ${p("A").replace(":", ":\ndata: ")}\n\n`,
    texts: ["A"],
  },
  { name: "blank lines first", stream: (p) => `\n\n\r\n${A(p)}`, texts: ["A"] },
  { name: "no blank line at the end", stream: (p) => `${A(p)}data: ${p("B")}\n`, texts: ["A"] },
  { name: "no line's end at the end", stream: (p) => `${A(p)}data: ${p("B")}`, texts: ["A"] },
  { name: "an event type", stream: (p) => `event: message\ndata: ${p("A")}\n\n`, texts: ["A"] },
  { name: "an id and no type", stream: (p) => `id: 7\ndata: ${p("A")}\nid\n\n`, texts: ["A"] },
  around("comments", ": one\n:\n:data: x\n:: two\n"),
  around("a comment of 4,000 characters", `: ${"c".repeat(4_000)}\n`),
  around("unknown fields", "foo: bar\nfoo\nevents: x\n"),
  around("names in another case", "Data: x\nDATA: x\nEvent: y\n"),
  around("a space before a name", " data: x\n"),
  around("a space after a name", "data : x\n"),
  around("a tabulator before a name", "\tdata: x\n"),
  around("a name of nothing but a quotation mark", '"data": x\n'),
  around("an id with NUL", "id: 1\u00002\n"),
  around("an id of nothing", "id:\n"),
  around("an id and nothing else", "id: 12\n\n"),
  around("retry", "retry: 1000\n\n"),
  around("retry that is no number", "retry: 10s\nretry: -1\nretry: 1e3\nretry:\n"),
  around("an event without data", "event: ping\n\n"),
  around("an event of empty data", "data:\n\n"),
  around("an event of empty data without a colon", "data\n\n"),
  around("an event of two empty lines", "data\ndata\n\n"),
  around("an event of white space", "data:    \n\n"),
  around("an event of NUL's field", "\u0000data: x\n"),
];

const encoder = new TextEncoder();

/** The stream's bytes in pieces of so many. */
export function bytesOf(stream: string, size: number): ReadableStream<Uint8Array> {
  const whole = encoder.encode(stream);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < whole.length; at += size) controller.enqueue(whole.slice(at, at + size));
      controller.close();
    },
  });
}
