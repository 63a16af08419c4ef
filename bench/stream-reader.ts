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
/** The last message is shorter than this. */
const tailBytes = 1_024;
const pattern = /"type":"run\.progressed".*"data":\{"done":(\d+),/g;

type Client = { isReader: boolean; crc: number; bytes: number; text: string; disorder: number; isDone: boolean };

const delaysMs: number[] = [];
const clients = await Promise.all(Array.from({ length: Number(subscribers) }, (_, index) => open(index)));
const before = process.cpuUsage();
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
  if (part.subarray(-tailBytes).includes(lastOne)) client.isDone = true;
}

function noteDelay(part: Buffer, at: number, nowMs: number): void {
  const from = at + time.length;
  if (at !== -1 && part.length >= from + 24)
    delaysMs.push(nowMs - Date.parse(part.toString("latin1", from, from + 24)));
}

function report(): void {
  const { user, system } = process.cpuUsage(before);
  const readers = clients.filter(({ isReader }) => isReader);
  process.send?.({
    ...{ delaysMs, clients: clients.length, cpuS: (user + system) / 1e6 },
    crcs: clients.map(({ crc, bytes }) => `${crc}.${bytes}`),
    bytes: clients.reduce((sum, { bytes }) => sum + bytes, 0),
    missing: readers.filter(({ text }) => !isWhole(text)).length,
  });
  setTimeout(() => process.exit(0), 500);
}

/** Every change once and in order. */
function isWhole(text: string): boolean {
  const numbers = [...text.matchAll(pattern)].map(([, number]) => Number(number));
  return numbers.length === wanted && numbers.every((number, index) => number === index);
}
