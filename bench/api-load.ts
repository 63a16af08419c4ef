// Clients that read lists and details while runs report: how long a read takes, and how late an event comes to a live
// stream. `node bench/api-load.ts [clients] [readsPerSecondOfEach] [runs] [eventsPerSecondOfEach] [seconds]`

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { serve } from "../tests/api/served.ts";
import { Scene } from "../tests/scene.ts";

const [clients = 100, reads = 5, runs = 50, events = 100, seconds = 10] = process.argv.slice(2).map(Number);

await using scene = new Scene();
// Answers are compared with their schemas in tests; here it would be the test that is measured.
await using served = await serve(scene, { onAnswer: () => undefined });
const writer = fork(fileOf("api-writer.ts"), [scene.home, runs, events, seconds].map(String));
const written = once(writer, "exit");
await once(writer, "message");
const reader = fork(fileOf("api-reader.ts"), [served.url, clients, reads, seconds].map(String));
const before = process.cpuUsage();
const [figures] = await once(reader, "message");
const { user, system } = process.cpuUsage(before);
const serverCpuS = (user + system) / 1e6;
console.log(JSON.stringify({ clients, reads, runs, events, seconds, ...(figures as object), serverCpuS }, null, 2));
await written;

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
