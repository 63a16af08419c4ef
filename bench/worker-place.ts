// A ledger in a fresh folder with workers that are processes of their own, as `runledger worker` starts them: this
// process only queues, reads and kills.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { newRunId } from "../src/core/ids.ts";
import type { RunStatus } from "../src/core/moves.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { root } from "./place.ts";
import { program } from "./program.ts";

export type WorkerProcess = {
  /** The worker's lock. */
  id: string;
  pid: number;
  /** Ends it by signal 9, and nothing else. */
  kill(): void;
  /** Asks it to end and resolves when it has. */
  stop(): Promise<void>;
};

export type WorkerPlace = AsyncDisposable & {
  readonly ledger: Ledger;
  /** Starts `runledger worker`; resolves when it has its lock and looks at the queue. */
  startWorker(options: { slots: number; role: string }): Promise<WorkerProcess>;
  /** Queues a program for the workers of this role. */
  queue(argv: string[], role: string): Promise<string>;
  /** Resolves with the run once it is in this status. */
  reached(runId: string, status: RunStatus): Promise<Run>;
  /** Ends the run and resolves when it has ended. */
  end(runId: string): Promise<void>;
};

/** How long anything here may take before the bench gives up, milliseconds. */
const patienceMs = 120_000;

/** @param options.url Where the ledger lies; an SQLite file in a folder of its own if not given. */
export async function openWorkerPlace({ url = null }: { url?: string | null } = {}): Promise<WorkerPlace> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  const home = join(folder, ".runledger");
  mkdirSync(home);
  const at = { url: url ?? home, home };
  const ledger = await openLedger({ url: at.url, mustExist: false, env: environmentOf(at) });
  const started = new Set<StartedWorker>();

  const reached = async (runId: string, status: RunStatus): Promise<Run> => {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const since = ledger.changeMark();
      const run = await ledger.getRun(runId);
      if (run?.status === status) return run;
      if (performance.now() > untilMs) throw new Error(`run ${runId} is ${run?.status} and does not become ${status}`);
      await ledger.waitForChange({ since, timeoutMs: 250 });
    }
  };
  return {
    ledger,
    reached,
    async startWorker(options) {
      const one = await startWorkerProcess(at, options);
      started.add(one);
      void one.exited.then(() => started.delete(one));
      return one;
    },
    async queue(argv, role) {
      const { content, ...what } = program(argv);
      const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content)));
      const runId = newRunId();
      const { kind, id } = content;
      const data = { ...what, ...defaults, subject: { kind, id, digest }, labels: { role } };
      await ledger.execute(runId, { type: "queue", data, claim: null }, "bench");
      return runId;
    },
    async end(runId) {
      await ledger.execute(runId, { type: "cancel", graceMs: 0 }, "bench");
      await reached(runId, "cancelled");
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...started].map((worker) => worker.stop()));
      await ledger.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

type StartedWorker = WorkerProcess & { exited: Promise<unknown> };

/** Attempt folders lie in this place's own folder, wherever the ledger does. */
function environmentOf({ home }: { home: string }): NodeJS.ProcessEnv {
  return { ...process.env, RUNLEDGER_HOME: home };
}

async function startWorkerProcess(
  at: { url: string; home: string },
  { slots, role }: { slots: number; role: string },
): Promise<StartedWorker> {
  const args = ["bin/runledger.mjs", "worker", "--jsonl", "--slots", `${slots}`, "--label", `role=${role}`];
  const child = spawn(process.execPath, [...args, "--ledger", at.url], {
    cwd: root,
    env: { ...environmentOf(at), RUNLEDGER_RUNNER: "dist" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, "line", { signal: AbortSignal.timeout(patienceMs) })) as [string];
  const { worker } = JSON.parse(line) as { worker: string };
  return {
    id: worker,
    pid: child.pid ?? -1,
    exited,
    kill: () => void child.kill("SIGKILL"),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

const defaults = {
  name: null,
  params: {},
  priority: "normal" as const,
  retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
  experimentId: null,
  trial: 1,
  againOf: null,
  imported: false,
  who: "bench",
};
