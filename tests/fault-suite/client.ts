// A client of the product: one command as a process of its own, with the plan of its faults, and a record of all that it
// was answered. Answers are what must still be true afterwards.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Product } from "./product.ts";

/** What a client got, and when; times are Unix milliseconds of the suite's own clock. */
export type Answer = {
  /** In the order in which the clients were started. */
  index: number;
  args: readonly string[];
  pid: number;
  startedMs: number;
  endedMs: number;
  /** Null if a signal ended it. */
  code: number | null;
  signal: string | null;
  /** Every whole line of stdout that is JSON. */
  values: Record<string, unknown>[];
  stdout: string;
  stderr: string;
};

export type Client = {
  child: ChildProcess;
  pid: number;
  /** Resolves when the process is gone; never rejects. */
  ended: Promise<Answer>;
  /** Until it has ended: what it has said so far. */
  stdout(): string;
  stderr(): string;
};

let clients = 0;

/** Starts a command in a folder. */
export function startClient(of: {
  product: Product;
  args: readonly string[];
  folder: string;
  /** The ledger's, if it is not in the folder. */
  url: string | null;
  planPath: string;
}): Client {
  const { product, args, folder, url: ledger, planPath } = of;
  const url = new URL(product.injected);
  url.searchParams.set("plan", planPath);
  const startedMs = nowMs();
  clients += 1;
  const index = clients;
  const child = spawn(process.execPath, ["--import", url.href, product.launcher, ...args], {
    cwd: folder,
    env: { ...environment(folder), ...(ledger !== null && { RUNLEDGER_LEDGER: ledger }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? -1;
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  // What it has started may hold its pipes open for longer than it lives.
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal, endedMs: nowMs() }));
  const ended = Promise.all([exited, once(child, "close")]).then(([exit]) => ({
    ...{ index, args, pid, startedMs, ...said, values: jsonLines(said.stdout) },
    ...(exit as { code: number | null; signal: string | null; endedMs: number }),
  }));
  return { child, pid, ended, stdout: () => said.stdout, stderr: () => said.stderr };
}

export function isGone({ child }: Client): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Keeps what a server has answered to a request, if it was no error, as the answer of one more client. */
export async function recordAnswer(
  answers: Answer[],
  { server, url }: { server: Client; url: string },
  ask: () => Promise<Record<string, unknown> | null>,
): Promise<Record<string, unknown> | null> {
  const startedMs = nowMs();
  clients += 1;
  const index = clients;
  const value = await ask();
  if (value === null) return null;
  const rest = { code: 0, signal: null, stdout: "", stderr: "" };
  const args = ["serve", new URL(url).pathname];
  answers.push({ index, args, pid: server.pid, startedMs, endedMs: nowMs(), values: [value], ...rest });
  return value;
}

/** Milliseconds that no fault of a scene can step. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function environment(folder: string): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return {
    ...{ PATH, HOME, LANG: "C.UTF-8", NO_COLOR: "1", RUNLEDGER_RUNNER: "dist" },
    // By this everything that comes of the scene is found in the process table.
    FAULT_SUITE_FOLDER: folder,
  };
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      // A client that was killed may have died in the middle of a line: then nobody was answered with it.
      return [];
    }
  });
}
