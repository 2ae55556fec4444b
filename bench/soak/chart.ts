import type { Sample } from "./sample.ts";

export interface Series {
  readonly name: string;
  readonly samples: readonly Sample[];
}

const MEGABYTE = 1_000_000;
const [WIDTH, HEIGHT, MARGIN] = [720, 280, 48];
const COLOURS = ["#0b6e99", "#b4541a"];

const inMb = (bytes: number) => (bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0);

function line({ samples }: Series, colour: string, most: { minutes: number; memory: number }): string {
  const points = samples.map(({ minutes, memory }) => {
    const x = MARGIN + (minutes / most.minutes) * (WIDTH - 2 * MARGIN);
    const y = HEIGHT - MARGIN - (memory / most.memory) * (HEIGHT - 2 * MARGIN);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(" ")}"/>`;
}

/** Memory over time, a line each, as an SVG. */
export function memoryChart(all: readonly Series[]): string {
  const samples = all.flatMap((series) => series.samples);
  const most = {
    minutes: Math.max(...samples.map(({ minutes }) => minutes)),
    memory: Math.max(...samples.map(({ memory }) => memory)) * 1.1,
  };
  const names = all.map(({ name }, index) => {
    return `<text x="${MARGIN + 8}" y="${MARGIN + 16 * index}" fill="${COLOURS[index]}">${name}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    "<title>Memory over time under a mixed load, beside the bare Worker</title>",
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<path d="M${MARGIN} ${MARGIN}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}" fill="none" stroke="#888"/>`,
    `<text x="${MARGIN - 6}" y="${MARGIN}" text-anchor="end">${inMb(most.memory)} MB</text>`,
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - MARGIN + 18}" text-anchor="end">${most.minutes.toFixed(0)} minutes</text>`,
    ...all.map((series, index) => line(series, COLOURS[index] ?? "#000", most)),
    ...names,
    "</svg>\n",
  ].join("\n");
}

function row(name: string, { minutes, chats, memory, handles, objects, d1, disk }: Sample): string {
  const cells = [minutes.toFixed(1), chats, inMb(memory), handles, objects, inMb(d1), inMb(disk)];
  return `| ${name} | ${cells.join(" | ")} |`;
}

/** What each had at the start, in the middle and at the end, as a Markdown table. */
export function soakTable(all: readonly Series[]): string {
  const picked = ({ samples }: Series) =>
    [0, Math.floor(samples.length / 2), samples.length - 1].flatMap((index) => samples[index] ?? []);
  return [
    "| | minutes | chats | memory, MB | open handles | objects | D1, MB | disk, MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...all.flatMap((series) => picked(series).map((sample) => row(series.name, sample))),
  ].join("\n");
}

/** Bytes of memory that each chat added, from the middle to the end: by then all has been loaded once. */
export function bytesAChat({ samples }: Series): number {
  const [middle, last] = [samples[Math.floor(samples.length / 2)], samples.at(-1)];
  if (!middle || !last) return Number.NaN;
  return Math.round((last.memory - middle.memory) / (last.chats - middle.chats));
}
