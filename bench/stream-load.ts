// 1,000 live streams while another process commits 500 changes a second: how long a change takes from its commit to each
// client, and whether any is lost or out of order. `node bench/stream-load.ts [subscribers] [changesPerSecond] [seconds]`

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { serve } from "../tests/api/served.ts";
import { Scene } from "../tests/scene.ts";

const [subscribers = 1_000, rate = 500, seconds = 10] = process.argv.slice(2).map(Number);

await using scene = new Scene();
await using served = await serve(scene);
const reader = fork(fileOf("stream-reader.ts"), [
  String(served.server.port),
  String(subscribers),
  String(rate * seconds),
]);
await once(reader, "message");
const before = process.cpuUsage();
fork(fileOf("stream-writer.ts"), [scene.home, String(rate), String(seconds)]);
const [figures] = await once(reader, "message");
const { user, system } = process.cpuUsage(before);
const serverCpuS = (user + system) / 1e6;
console.log(JSON.stringify({ subscribers, rate, seconds, ...(figures as object), serverCpuS }, null, 2));

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
