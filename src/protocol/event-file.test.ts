import { describe, expect, test } from "vitest";
import { dataFault, isEventType, isJournalType } from "../core/events.ts";
import { readEventLine } from "./event-file.ts";

describe("a line of a known type becomes an event that the catalogue takes", () => {
  test.each([
    ['{"type":"progress","done":3,"total":10,"message":"epoch 3"}', "run.progressed"],
    ['{"type":"progress"}', "run.progressed"],
    ['{"type":"step","name":"load","state":"started"}', "step.started"],
    ['{"type":"step","name":"load","state":"completed","message":"12 rows"}', "step.completed"],
    ['{"type":"step","name":"load","state":"failed"}', "step.failed"],
    ['{"type":"score","score":0.8,"passed":true,"metrics":{"f1":0.7}}', "score.recorded"],
    ['{"type":"score","score":0}', "score.recorded"],
    ['{"type":"log","message":"hello"}', "log.written"],
    ['{"type":"x.epoch-done","loss":0.25}', "x.epoch-done"],
  ])("%s", (text, type) => {
    const read = readEventLine(text);
    if (!read.ok) throw new Error(read.cause);
    expect(read.record.type).toBe(type);
    expect(isJournalType(type)).toBe(true);
    if (isEventType(type)) expect(dataFault(type, read.record.data)).toBeNull();
  });
});

test("a program's own type keeps all of its fields", () => {
  expect(readEventLine('{"type":"x.epoch","loss":0.25,"deep":{"a":[1]}}')).toEqual({
    ok: true,
    record: { type: "x.epoch", data: { loss: 0.25, deep: { a: [1] } } },
  });
});

describe("a line that cannot be taken says why", () => {
  test.each([
    ["nonsense", "no JSON"],
    ['{"type":"progress","done":', "no JSON"],
    ["[1]", "no JSON object"],
    ["null", "no JSON object"],
    ['"text"', "no JSON object"],
    ['{"done":3}', 'no "type"'],
    ['{"type":"run.completed"}', 'unknown type "run.completed"'],
    ['{"type":"attempt.finished","outcome":"completed"}', "unknown type"],
    ['{"type":"x."}', "unknown type"],
    ['{"type":"progress","doen":3}', "doen"],
    ['{"type":"score","score":7}', "score"],
    ['{"type":"score"}', "score"],
    ['{"type":"step","name":"a","state":"over"}', "state"],
  ])("%s", (text, cause) => {
    const read = readEventLine(text);
    expect(read.ok ? "" : read.cause).toContain(cause);
  });
});
