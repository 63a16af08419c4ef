// What the page of a run holds while answers are on their way: events by their pages, and the lines of a log. No browser;
// each answer comes when the test gives it.

import { expect, test } from "vitest";
import { EventCache } from "../../dashboard/src/pages/run/event-cache.ts";
import { type LogPiece, LogText } from "../../dashboard/src/pages/run/log-text.ts";
import type { EventBody } from "../../src/protocol/http-resources.ts";
import { until } from "../scene.ts";

test("what is wanted of a page while it is being read is asked for afterwards, once", async () => {
  const { asked, read } = answers<{ after: number; limit: number }, { events: EventBody[] }>();
  const cache = new EventCache(read);
  cache.want(1, 51);
  cache.want(1, 53);
  expect(asked).toHaveLength(1);
  asked[0]?.answer({ events: eventsTo(51) });
  await until("the second request", () => asked.length === 2);
  expect(asked[1]?.of).toEqual({ after: 0, limit: 200 });
  asked[1]?.answer({ events: eventsTo(53) });
  await until("the last event", () => cache.at(53) !== null);
  cache.want(1, 53);
  expect(asked).toHaveLength(2);
});

test("a page that is longer than what was wanted of it meanwhile is not read again", async () => {
  const { asked, read } = answers<{ after: number; limit: number }, { events: EventBody[] }>();
  const cache = new EventCache(read);
  cache.want(1, 51);
  cache.want(1, 53);
  asked[0]?.answer({ events: eventsTo(60) });
  await until("the events", () => cache.at(60) !== null);
  cache.want(1, 60);
  expect(asked).toHaveLength(1);
});

test("events that could not be read are read once that is wanted, those asked for meanwhile, too", async () => {
  const { asked, read } = answers<{ after: number; limit: number }, { events: EventBody[] }>();
  const cache = new EventCache(read);
  cache.want(1, 10);
  asked[0]?.fail(new Error("away"));
  await until("the failure", () => cache.error !== null);
  cache.want(201, 210);
  expect(asked).toHaveLength(1);
  cache.retry();
  expect(asked.map(({ of: { after } }) => after)).toEqual([0, 0, 200]);
  asked[1]?.answer({ events: eventsTo(10) });
  await until("the last event", () => cache.at(10) !== null);
  expect(cache.error).toBeNull();
});

test("each line of a log is there once, though its run ends while a request is under way", async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const { asked, read } = answers<{ offset: number; limit: number }, LogPiece>();
    const log = new LogText({ read, onceShown: atOnce });
    log.begin(() => true)();
    const leave = log.begin(() => false);
    expect(asked.map(({ of: { offset } }) => offset)).toEqual([0, 0]);
    const texts = ["one\ntwo\n", "one\ntwo\nthree\n"];
    for (const index of order) asked[index]?.answer(piece(texts[index] ?? "", 0));
    await until("a look behind the end", () => asked.length >= 3);
    for (const { of, answer } of asked.slice(2)) answer(piece("", of.offset));
    await until("the end", () => !log.view().isReading);
    expect(log.view().lines).toEqual(["one", "two", "three"]);
    expect(asked).toHaveLength(3);
    leave();
  }
});

type Asked<Q, A> = { of: Q; answer: (answer: A) => void; fail: (error: Error) => void };

/** A reading whose answers are given one by one. */
function answers<Q, A>(): { asked: Asked<Q, A>[]; read: (of: Q) => Promise<A> } {
  const asked: Asked<Q, A>[] = [];
  const read = (of: Q): Promise<A> => {
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    asked.push({ of, answer: resolve, fail: reject });
    return promise;
  };
  return { asked, read };
}

function atOnce(work: () => void): () => void {
  work();
  return () => undefined;
}

function eventsTo(last: number): EventBody[] {
  return Array.from({ length: last }, (_, index) => ({ seq: index + 1 }) as EventBody);
}

function piece(text: string, offset: number): LogPiece {
  return { text, next: offset + text.length, isAtEnd: text === "", cut: null };
}
