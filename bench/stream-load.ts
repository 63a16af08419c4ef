// 1,000 live streams while another process commits 500 changes a second: how long a change takes from its commit to each
// client, and whether any is lost or out of order. The server is a process of its own; clients are spread over several,
// whose processor time is told beside the server's: what they need on this machine is in the delays.
// `node bench/stream-load.ts [subscribers] [changesPerSecond] [seconds] [processes of readers]`

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { percentilesOf } from "./percentiles.ts";
import { serveProcess } from "./served-process.ts";

export type StreamLoad = {
  subscribers: number;
  /** Changes a second. */
  rate: number;
  seconds: number;
  /** Processes that the subscribers are spread over. */
  processes: number;
};

export const usualLoad: StreamLoad = { subscribers: 1_000, rate: 500, seconds: 6, processes: 2 };

/** What one process of readers saw. */
type Seen = { delaysMs: number[]; clients: number; bytes: number; crcs: string[]; missing: number; cpuS: number };

export type StreamFigures = {
  /** From the commit of a change until a client has it. */
  delaysMs: number[];
  deliveries: number;
  mib: number;
  lostOrOutOfOrder: number;
  serverCpuS: number;
  readersCpuS: number[];
};

/** Serves a new ledger at `url` and loads it; `cwd` is where its attempt folders would lie. */
export async function loadStreams(of: StreamLoad & { url: string; cwd: string }): Promise<StreamFigures> {
  const { subscribers, rate, seconds, processes, url, cwd } = of;
  await using served = await serveProcess({ url, cwd });
  const each = Math.floor(subscribers / processes);
  const readers = Array.from({ length: processes }, () =>
    fork(fileOf("stream-reader.ts"), [served.port, each, rate * seconds].map(String)),
  );
  await Promise.all(readers.map((reader) => once(reader, "message")));
  const beforeMs = served.cpuMs();
  fork(fileOf("stream-writer.ts"), [url, String(rate), String(seconds)], { cwd });
  const seen = (await Promise.all(readers.map(async (reader) => (await once(reader, "message"))[0]))) as Seen[];
  const crcs = new Map<string, number>();
  for (const crc of seen.flatMap((one) => one.crcs)) crcs.set(crc, (crcs.get(crc) ?? 0) + 1);
  const clients = seen.reduce((sum, one) => sum + one.clients, 0);
  const others = clients - Math.max(...crcs.values());
  return {
    delaysMs: seen.flatMap((one) => one.delaysMs),
    deliveries: rate * seconds * clients,
    mib: Math.round(seen.reduce((sum, one) => sum + one.bytes, 0) / 2 ** 20),
    lostOrOutOfOrder: others + seen.reduce((sum, one) => sum + one.missing, 0),
    serverCpuS: (served.cpuMs() - beforeMs) / 1_000,
    readersCpuS: seen.map(({ cpuS }) => cpuS),
  };
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

if (import.meta.main) {
  const usual = Object.values(usualLoad);
  const [subscribers = 0, rate = 0, seconds = 0, processes = 0] = usual.map((value, i) =>
    Number(process.argv[i + 2] ?? value),
  );
  const load = { subscribers, rate, seconds, processes };
  const cwd = mkdtempSync(join(tmpdir(), "runledger-streams-"));
  try {
    const { delaysMs, ...figures } = await loadStreams({ ...load, url: join(cwd, ".runledger"), cwd });
    console.log(JSON.stringify({ ...load, delayMs: percentilesOf(delaysMs), ...figures }, null, 2));
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
