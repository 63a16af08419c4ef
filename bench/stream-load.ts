// 1,000 live streams while another process commits 500 changes a second: how long a change takes from its commit to each
// client, and whether any is lost or out of order. Clients are spread over several processes, whose own processor time
// is told beside the server's: what they need on this machine is in the delays.
// `node bench/stream-load.ts [subscribers] [changesPerSecond] [seconds] [processes of readers]`

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { serve } from "../tests/api/served.ts";
import { Scene } from "../tests/scene.ts";

/** What one process of readers saw. */
type Seen = { delaysMs: number[]; clients: number; bytes: number; crcs: string[]; missing: number; cpuS: number };

const [subscribers = 1_000, rate = 500, seconds = 10, processes = 2] = process.argv.slice(2).map(Number);

await using scene = new Scene();
await using served = await serve(scene);
const readers = Array.from({ length: processes }, () =>
  fork(fileOf("stream-reader.ts"), [
    String(served.server.port),
    String(Math.floor(subscribers / processes)),
    String(rate * seconds),
  ]),
);
await Promise.all(readers.map((reader) => once(reader, "message")));
const before = process.cpuUsage();
fork(fileOf("stream-writer.ts"), [scene.home, String(rate), String(seconds)]);
const seen = (await Promise.all(readers.map(async (reader) => (await once(reader, "message"))[0]))) as Seen[];
const { user, system } = process.cpuUsage(before);

const delaysMs = seen.flatMap((one) => one.delaysMs).sort((a, b) => a - b);
const crcs = new Map<string, number>();
for (const crc of seen.flatMap((one) => one.crcs)) crcs.set(crc, (crcs.get(crc) ?? 0) + 1);
const clients = seen.reduce((sum, one) => sum + one.clients, 0);
const others = clients - Math.max(...crcs.values());
const at = (share: number) => delaysMs[Math.floor((delaysMs.length - 1) * share)];
const figures = {
  deliveries: rate * seconds * clients,
  mib: Math.round(seen.reduce((sum, one) => sum + one.bytes, 0) / 2 ** 20),
  lostOrOutOfOrder: others + seen.reduce((sum, one) => sum + one.missing, 0),
  ...{ p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) },
  serverCpuS: (user + system) / 1e6,
  readersCpuS: seen.map(({ cpuS }) => cpuS),
};
console.log(JSON.stringify({ subscribers, rate, seconds, processes, ...figures }, null, 2));

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
