// Runs the command line in a folder of its own, with pipes for a terminal: as a user does, in a process of its own, or
// within this process, which saves a start where nothing depends on it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../src/cli/command-line.ts";
import type { OutputStream } from "../src/cli/output.ts";

const launcher = fileURLToPath(new URL("../bin/runledger.mjs", import.meta.url));

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type Started = {
  child: ChildProcess;
  /** Resolves with all that it has printed there when the text has appeared on the stream, also if it did before. */
  shows(stream: "stdout" | "stderr", text: string): Promise<string>;
  ended: Promise<Ended>;
};

/** A fresh folder in which commands are run; removed with all that is in it. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), "runledger-cli-"));
  const started: ChildProcess[] = [];
  const start = (args: readonly string[], env: Record<string, string> = {}): Started => {
    const one = startIn(folder, args, env);
    started.push(one.child);
    return one;
  };
  return {
    folder,
    start,
    /** Runs a command to its end. */
    run: (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> => start(args, env).ended,
    /** The same within this process. */
    ask: (args: readonly string[]): Promise<Ended> => askIn(folder, args),
    [Symbol.dispose](): void {
      for (const child of started) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Interrupts again and again until the text appears on stderr: signals close to one that counted are the same one. */
export async function interruptUntil({ child, shows }: Pick<Started, "child" | "shows">, text: string): Promise<void> {
  let isTold = false;
  const told = shows("stderr", text).finally(() => {
    isTold = true;
  });
  while (!isTold) {
    child.kill("SIGINT");
    await Promise.race([told, wait(interruptEveryMs)]);
  }
  await told;
}

const interruptEveryMs = 50;

async function askIn(cwd: string, args: readonly string[]): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof printed): OutputStream => ({
    write(chunk) {
      printed[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      return true;
    },
  });
  const code = await runCommandLine(args, { env: ownEnv(), cwd, stdout: stream("stdout"), stderr: stream("stderr") });
  return { code, signal: null, ...printed };
}

/** The environment of the tests without what would lead a command elsewhere. */
function ownEnv(): NodeJS.ProcessEnv {
  const { RUNLEDGER_LEDGER: _, RUNLEDGER_SESSIONS_DIR: __, ...env } = process.env;
  return env;
}

function startIn(folder: string, args: readonly string[], env: Record<string, string>): Started {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    env: { ...ownEnv(), RUNLEDGER_RUNNER: "source", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      printed[stream] += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...printed }) as Ended);
  return {
    child,
    ended,
    shows(stream, text) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = (): void => {
        if (printed[stream].includes(text)) resolve(printed[stream]);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without ${JSON.stringify(text)}: ${JSON.stringify(printed)}`)));
      return promise.finally(() => waiting.delete(look));
    },
  };
}
