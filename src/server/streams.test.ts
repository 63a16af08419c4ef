import { expect, test } from "vitest";
import { type OpenStream, Streams } from "./streams.ts";

/** A stream whose client reads or does not. */
class Client implements OpenStream {
  isClear = true;
  waitingBytes = 0;
  isDestroyed = false;
  readonly written: string[] = [];
  #close: () => void = () => undefined;

  write(bytes: Buffer): void {
    this.written.push(bytes.toString());
  }

  onClose(callback: () => void): void {
    this.#close = callback;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.#close();
  }
}

test("a client that reads gets a heartbeat; one that takes nothing for a minute is cut off, one that reads on is not", () => {
  const streams = new Streams(10);
  const [reads, stalls, recovers] = [new Client(), new Client(), new Client()];
  for (const client of [reads, stalls, recovers]) streams.add(client);
  stalls.isClear = false;
  stalls.waitingBytes = 5;
  recovers.isClear = false;
  streams.beat(0);
  recovers.isClear = true;
  streams.beat(30_000);
  recovers.isClear = false;
  streams.beat(60_001);
  expect([reads.isDestroyed, stalls.isDestroyed, recovers.isDestroyed]).toEqual([false, true, false]);
  expect(reads.written).toEqual([": heartbeat\n\n", ": heartbeat\n\n", ": heartbeat\n\n"]);
  expect(stalls.written).toEqual([]);
  expect([streams.count, streams.waitingBytes]).toEqual([2, 0]);
  streams.close();
  expect([reads.isDestroyed, streams.count]).toEqual([true, 0]);
});
