// `serve` as a process of its own: how long until it is ready, what a read takes, and what it costs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type ServedProcess = AsyncDisposable & {
  port: number;
  /** From the start of the process to the first 200 of /ready, milliseconds. */
  readyMs: number;
  /** Asks for a list of runs. @returns milliseconds to the last byte */
  read(query: string): Promise<number>;
  /** Processor time so far, all threads, milliseconds. */
  cpuMs(): number;
  residentMib(): number;
};

const launcher = fileURLToPath(new URL("../bin/runledger.mjs", import.meta.url));
const tickMs = 10;

/** Starts a server without a worker on a ledger, and waits until it is ready. */
export async function serveProcess({ url, cwd }: { url: string; cwd: string }): Promise<ServedProcess> {
  const begunMs = performance.now();
  const child = spawn(process.execPath, [launcher, "serve", "--no-worker", "--port", "0", "--json"], {
    cwd,
    env: { ...process.env, RUNLEDGER_LEDGER: url, RUNLEDGER_RUNNER: "source" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { api } = JSON.parse(line) as { api: string };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await get(`${api}/ready`, agent);
  const readyMs = performance.now() - begunMs;
  return {
    port: Number(new URL(api).port),
    readyMs,
    async read(query) {
      const fromMs = performance.now();
      await get(`${api}/runs?${query}`, agent);
      return performance.now() - fromMs;
    },
    cpuMs() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return (Number(fields[11]) + Number(fields[12])) * tickMs;
    },
    residentMib() {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
      return Number(kib) / 1024;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

function get(url: string, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const asked = request(url, { agent }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    response.on("end", () => {
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${url}: ${response.statusCode} ${text}`));
    });
  });
  asked.on("error", reject).end();
  return promise;
}
