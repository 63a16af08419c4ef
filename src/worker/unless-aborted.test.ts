import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

it("a wait that a signal may cut short leaves nothing with the signal, however it ends", async () => {
  const { signal } = new AbortController();
  await unlessAborted(Promise.resolve(), signal);
  const fault = new Error("no");
  await expect(unlessAborted(Promise.reject(fault), signal)).rejects.toBe(fault);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  const stopping = new AbortController();
  const waiting = unlessAborted(new Promise(() => undefined), stopping.signal);
  expect(getEventListeners(stopping.signal, "abort")).toHaveLength(1);
  stopping.abort();
  await waiting;
  await unlessAborted(new Promise(() => undefined), stopping.signal);
  expect(getEventListeners(stopping.signal, "abort")).toEqual([]);
});
