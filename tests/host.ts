// A host of several, for tests: `runledger worker` with a folder of its own, in PID and mount namespaces of its own
// where it is to be elsewhere, so that it sees neither the processes nor the files of the others.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { repository } from "./scene.ts";

export type HostOptions = {
  /** The ledger's URL, as this host reaches it. */
  url: string;
  /** Another boot or container than that of the test: nothing there can be looked at from here, and the other way round. */
  isElsewhere: boolean;
  /** What it runs, in place of a worker with one slot. */
  command?: readonly string[];
  /** Folders of other hosts, which are empty as seen from an elsewhere. */
  hidden?: readonly string[];
};

/** Covers the folders that come first, up to `--`, by empty ones, and becomes what comes after. */
const hiding = 'while [ "$1" != -- ]; do mount -t tmpfs none "$1" || exit 70; shift; done; shift; exec "$@"';

export class Host {
  readonly folder: string;
  /** Resolves with what it has said on stderr. */
  readonly ended: Promise<string>;
  readonly #options: HostOptions;
  readonly #child: ChildProcess;

  constructor(folder: string, options: HostOptions) {
    this.folder = folder;
    this.#options = options;
    mkdirSync(folder, { recursive: true });
    this.#child = this.#spawn(options.command ?? ["worker", "--slots", "1"]);
    this.ended = saidBy(this.#child).then(({ stderr }) => stderr);
  }

  /** Another command on this host. */
  async run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return saidBy(this.#spawn(args));
  }

  /** Its worker does nothing from here on, and its runners go on. */
  stopWorker(): void {
    const words = "bin/runledger.mjs\0worker";
    for (const pid of this.processes().filter((one) => wordsOf(`${one}`).includes(words))) process.kill(pid, "SIGSTOP");
  }

  /** Asks its command to stop, where it is no elsewhere: what it has started goes on. */
  askToStop(): void {
    this.#child.kill("SIGTERM");
  }

  /** Ends it without a word, and with all of its namespace if it has one. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** What it started lives on when it stops; it is ended by its folder's name, here. */
  async stop(): Promise<void> {
    // What makes a namespace ignores SIGTERM, and takes all of it with it when it is killed.
    this.#child.kill(this.#options.isElsewhere ? "SIGKILL" : "SIGTERM");
    await this.ended;
    for (const pid of this.processes()) killIfThere(pid);
  }

  /** What has its folder's name in its words or environment, as seen from here: the worker and all that it started. */
  processes(): number[] {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => wordsOf(pid).includes(this.folder)).map(Number);
  }

  #spawn(args: readonly string[]): ChildProcess {
    const { url, isElsewhere, hidden = [] } = this.#options;
    const command = [process.execPath, join(repository, "bin/runledger.mjs"), ...args];
    // Who hides folders has to be root there.
    const user = hidden.length > 0 ? "--map-root-user" : "--map-current-user";
    const unshare = ["unshare", ...(process.getuid?.() === 0 ? [] : ["--user", user])];
    const namespace = [...unshare, "--mount", "--pid", "--fork", "--mount-proc", "--kill-child=SIGKILL"];
    const [first = "", ...rest] = isElsewhere
      ? [...namespace, "sh", "-c", hiding, "sh", ...hidden, "--", ...command]
      : command;
    const { PATH = "", HOME = "/" } = process.env;
    const home = join(this.folder, ".runledger");
    return spawn(first, rest, {
      cwd: this.folder,
      env: { PATH, HOME, NO_COLOR: "1", RUNLEDGER_RUNNER: "source", RUNLEDGER_LEDGER: url, RUNLEDGER_HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

async function saidBy(child: ChildProcess): Promise<{ stdout: string; stderr: string }> {
  const said = Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "exit")]);
  const [stdout, stderr] = await said;
  return { stdout, stderr };
}

function textOf(stream: ChildProcess["stdout"]): Promise<string> {
  return stream === null ? Promise.resolve("") : text(stream);
}

function wordsOf(pid: string): string {
  try {
    return `${readFileSync(`/proc/${pid}/cmdline`, "latin1")}${readFileSync(`/proc/${pid}/environ`, "latin1")}`;
  } catch {
    return "";
  }
}

/** What was seen a moment ago may have ended by itself. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
