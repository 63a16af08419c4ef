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

const local = { kind: "local" as const, name: "local", endsMs: null };

test("a client that reads gets a heartbeat; one that takes nothing for a minute is cut off, one that reads on is not", () => {
  const streams = new Streams(10);
  const [reads, stalls, recovers] = [new Client(), new Client(), new Client()];
  for (const client of [reads, stalls, recovers]) streams.add(client, local);
  stalls.isClear = false;
  stalls.waitingBytes = 5;
  recovers.isClear = false;
  streams.beat(0, 0);
  recovers.isClear = true;
  streams.beat(30_000, 0);
  recovers.isClear = false;
  streams.beat(60_001, 0);
  expect([reads.isDestroyed, stalls.isDestroyed, recovers.isDestroyed]).toEqual([false, true, false]);
  expect(reads.written).toEqual([": heartbeat\n\n", ": heartbeat\n\n", ": heartbeat\n\n"]);
  expect(stalls.written).toEqual([]);
  expect([streams.count, streams.waitingBytes]).toEqual([2, 0]);
  streams.close();
  expect([reads.isDestroyed, streams.count]).toEqual([true, 0]);
});

test("the streams of a token end with it: at its revocation, and at its time", () => {
  const streams = new Streams(10);
  const [revoked, other, expires] = [new Client(), new Client(), new Client()];
  streams.add(revoked, { kind: "token", name: "a", endsMs: null });
  streams.add(other, { kind: "session", name: "a", endsMs: null });
  streams.add(expires, { kind: "token", name: "b", endsMs: 1_000 });
  streams.endOf("a");
  streams.beat(0, 999);
  expect([revoked.isDestroyed, other.isDestroyed, expires.isDestroyed]).toEqual([true, false, false]);
  streams.beat(0, 1_000);
  expect(expires.isDestroyed).toBe(true);
  streams.close();
});
