// Holds many live streams open and notes when events came and which; started by stream-load.ts as a process of its own.
// An event's time of commit is its `recordedAt`, which the ledger reads right before it commits. Delays are those of the
// first and the last event of each piece that a client gets. One client in fifty reads every event; all others must have
// got the same bytes, by their checksum.

import { connect } from "node:net";
import { crc32 } from "node:zlib";

const [port = "0", subscribers = "1000", changes = "5000"] = process.argv.slice(2);
const [wanted, readEvery] = [Number(changes), 50];
const time = Buffer.from('"recordedAt":"');
const lastOne = Buffer.from(`"done":${wanted - 1},`);
const opened = Buffer.from("event: open");
const pattern = /"type":"run\.progressed".*"data":\{"done":(\d+),/g;

type Client = { isReader: boolean; crc: number; bytes: number; text: string; disorder: number; isDone: boolean };

const delaysMs: number[] = [];
const clients = await Promise.all(Array.from({ length: Number(subscribers) }, (_, index) => open(index)));
process.send?.("open");
const timer = setInterval(() => {
  if (clients.some(({ isDone }) => !isDone)) return;
  clearInterval(timer);
  report();
}, 50);

function open(index: number): Promise<Client> {
  const client: Client = { isReader: index % readEvery === 0, crc: 0, bytes: 0, text: "", disorder: 0, isDone: false };
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  const { promise, resolve } = Promise.withResolvers<Client>();
  let isOpen = false;
  socket.on("data", (part: Buffer) => {
    if (isOpen) take(client, part);
    // The first message says that the stream is open; whatever is committed from now on comes.
    else if (part.includes(opened)) {
      isOpen = true;
      resolve(client);
    }
  });
  return promise;
}

function take(client: Client, part: Buffer): void {
  const nowMs = Date.now();
  client.crc = crc32(part, client.crc);
  client.bytes += part.length;
  noteDelay(part, part.indexOf(time), nowMs);
  noteDelay(part, part.lastIndexOf(time), nowMs);
  if (client.isReader) client.text += part.toString("latin1");
  if (part.includes(lastOne)) client.isDone = true;
}

function noteDelay(part: Buffer, at: number, nowMs: number): void {
  const from = at + time.length;
  if (at !== -1 && part.length >= from + 24)
    delaysMs.push(nowMs - Date.parse(part.toString("latin1", from, from + 24)));
}

function report(): void {
  delaysMs.sort((a, b) => a - b);
  const at = (share: number) => delaysMs[Math.floor((delaysMs.length - 1) * share)];
  const readers = clients.filter(({ isReader }) => isReader);
  const missing = readers.filter(({ text }) => !isWhole(text)).length;
  const others = clients.filter(({ crc, bytes }) => crc !== clients[0]?.crc || bytes !== clients[0]?.bytes).length;
  const mib = Math.round(clients.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20);
  const figures = { p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
  process.send?.({ deliveries: wanted * clients.length, mib, lostOrOutOfOrder: missing + others, ...figures });
  setTimeout(() => process.exit(0), 200);
}

/** Every change once and in order. */
function isWhole(text: string): boolean {
  const numbers = [...text.matchAll(pattern)].map(([, number]) => Number(number));
  return numbers.length === wanted && numbers.every((number, index) => number === index);
}
