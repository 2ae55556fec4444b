import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventLog } from "../../src/runs/event-log.ts";
import { lastEventId, resumeDecision } from "../../src/runs/resume.ts";
import { frame, frames } from "../../src/runs/sse.ts";

describe("an event log", () => {
  it("gives exactly the events after an id, in order, gaps and all", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 }),
        fc.nat({ max: 200 }),
        (steps, after) => {
          const log = createEventLog();
          for (const step of steps) log.append({ step }, log.lastId + step);
          const all = log.since(0, Number.POSITIVE_INFINITY);
          expect(all.map(({ payload }) => payload.step)).toEqual(steps);
          expect(log.since(after, 1_000)).toEqual(all.filter(({ id }) => id > after));
        },
      ),
    );
  });

  it("never goes back, and takes nothing once it is closed", () => {
    const log = createEventLog();
    log.append({}, 5);
    expect(() => log.append({}, 5)).toThrow();
    log.close();
    expect(() => log.append({})).toThrow();
  });

  it("wakes everyone who waits, at an event and at its end", async () => {
    const log = createEventLog();
    const waiting = [log.changed(), log.changed()];
    log.append({});
    await Promise.all(waiting);
    const end = log.changed();
    log.close();
    await end;
    await log.changed();
  });
});

describe("an event on the wire", () => {
  it("is one data line and a blank line, whatever is in the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (content, id) => {
        const text = frame(id, { content });
        expect(text.split(/\r\n|\r|\n/)).toHaveLength(3);
        expect(JSON.parse(text.slice("data: ".length))).toEqual({ id, content });
      }),
    );
    for (const content of ["\r\n\r\ndata: x\n\n", "\0", "\u2028", "data: {}", "🧑‍⚕️"]) {
      expect(frame(1, { content }).split("\n\n")).toHaveLength(2);
    }
  });

  it("carries an id line where EventSource is to resume by itself", () => {
    expect(frame(7, { a: 1 }, true)).toBe('id: 7\ndata: {"id":7,"a":1}\n\n');
  });

  it("counts from 1 in a whole stream", () => {
    expect(frames([{ a: 1 }, { done: true }])).toBe('data: {"id":1,"a":1}\n\ndata: {"id":2,"done":true}\n\n');
  });
});

describe("resuming", () => {
  it("goes on after Last-Event-ID, or else ?after, or else from the start", () => {
    expect(lastEventId("4", "9")).toBe(4);
    expect(lastEventId(undefined, "9")).toBe(9);
    expect(lastEventId(undefined, undefined)).toBe(0);
  });

  it("takes nothing but plain whole numbers", () => {
    for (const text of ["", " 1", "-1", "1.5", "1e3", "0x1", "abc", "１", "9".repeat(16)]) {
      expect(() => lastEventId(text, undefined), text).toThrow("invalid_request");
      expect(() => lastEventId(undefined, text), text).toThrow("invalid_request");
    }
  });

  it("has ended only where the run has, and nothing is left", () => {
    expect(resumeDecision({ closed: true, lastId: 5 }, 5)).toBe("ended");
    expect(resumeDecision({ closed: true, lastId: 5 }, 9)).toBe("ended");
    expect(resumeDecision({ closed: true, lastId: 5 }, 4)).toBe("follow");
    expect(resumeDecision({ closed: false, lastId: 5 }, 9)).toBe("follow");
  });
});
