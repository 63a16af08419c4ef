// Command lines run in this process on a ledger of their own, with what they print kept: for tests that look at words,
// files and exit codes.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { finished, makeAttempt, queuedData, scored, started } from "../worker/attempt-folder.fixture.ts";
import { runCommandLine } from "./command-line.ts";

export type Ran = {
  code: number;
  stdout: string;
  stderr: string;
  /** The one JSON value on stdout. */
  json(): unknown;
};

/** A folder with the attempt folder of one completed run, which no ledger knows yet. */
export class Project implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "runledger-cli-"));
  readonly runId = newRunId();
  readonly env: Record<string, string | undefined> = { PATH: process.env.PATH, HOME: process.env.HOME };

  constructor() {
    makeAttempt({ folder: this.runFolder(), runId: this.runId, journal: [started, scored(1), finished()] });
  }

  /** Runs `runledger ARGS` in the folder, as a pipe would see it. */
  runledger(...args: string[]): Promise<Ran> {
    return this.runWatched(args, () => undefined);
  }

  /** The same; each word on stderr is told as it comes. */
  async runWatched(args: string[], told: (text: string) => void): Promise<Ran> {
    const stdout = collector();
    const stderr = collector(told);
    const code = await runCommandLine(args, { env: this.env, cwd: this.folder, stdout, stderr });
    return { code, stdout: stdout.text(), stderr: stderr.text(), json: () => JSON.parse(stdout.text()) };
  }

  runFolder(runId = this.runId): string {
    return join(this.folder, ".runledger", "runs", runId);
  }

  sessionFile(runId = this.runId): string {
    return join(this.folder, "logs", "sessions", `session_${runId}.json`);
  }

  async withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    await using ledger = await openLedger({ url: join(this.folder, ".runledger"), mustExist: false });
    return await work(ledger);
  }

  /** Queues a run that nobody claims. */
  async queue(): Promise<string> {
    const id = newRunId();
    await this.withLedger((ledger) => ledger.execute(id, { type: "queue", data: queuedData(), claim: null }, "cli"));
    return id;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function collector(told: (text: string) => void = () => undefined) {
  const parts: Buffer[] = [];
  return {
    write(text: string | Uint8Array): boolean {
      parts.push(Buffer.from(text));
      told(Buffer.from(text).toString("utf8"));
      return true;
    },
    text: () => Buffer.concat(parts).toString("utf8"),
  };
}
