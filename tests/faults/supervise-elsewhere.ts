// A run that is supervised by a process of its own, which a test may kill.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fixture, runnerUrl, type Scene, until } from "../scene.ts";

export type Told = { code: number | null; signal: string | null; stdout: string; stderr: string };

export type Elsewhere = {
  child: ChildProcess;
  ended: Promise<Told>;
  /** Ends the supervising process by signal 9, and nothing else. */
  kill(): Promise<void>;
};

/** Starts the process; `who` dies at `step` of the hand-over, if anybody is to. */
export function superviseElsewhere(
  scene: Scene,
  runId: string,
  { runner = runnerUrl, who = "nobody", step = 0 }: { runner?: URL; who?: string; step?: number } = {},
): Elsewhere {
  const [node = "", ...args] = fixture("supervises-one-run.ts", scene.home, runId, runner.href, who, String(step));
  const child = spawn(node, args, { stdio: ["ignore", "pipe", "pipe"] });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const ended = said.then(([stdout, stderr]) => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }));
  return {
    child,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Resolves when the program of this run has said that it is there. */
export async function programIsReady(scene: Scene, runId: string): Promise<void> {
  const file = join(scene.folderOf(runId), "stdout.log");
  await until(`${file} says ready`, () => existsSync(file) && readFileSync(file, "utf8").includes("ready"));
}

/** Resolves when the ledger has taken this many lines of the run's journal. */
export async function linesAreTaken(scene: Scene, runId: string, lines: number): Promise<void> {
  await until(`${lines} lines of run ${runId}`, async () => {
    return (await (await scene.ledger()).journalCursor(runId, 1)).n >= lines;
  });
}
