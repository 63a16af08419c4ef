// One episode: a fresh ledger, a few clients that do things to it, and the faults that happen to them and to the
// runners. It knows what it asked for and what went wrong, which is what the ledger is judged by afterwards.

import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, type Client, startClient } from "./client.ts";
import type { Fault, Fired, Plan } from "./fault.ts";
import type { Moment, Role } from "./points.ts";
import type { Product } from "./product.ts";
import type { Random } from "./random.ts";

/** A run as the episode asked for it. */
export type AskedRun = {
  id: string;
  work: "steps" | "witness" | "program" | "failing program" | "ticks" | "transfer";
  /** What clients asked of it, whether they lived to see it or not. */
  asked: Set<"cancel" | "pause" | "delete">;
};

/** How long anything that must happen may take: far longer than it ever does, so that a busy machine makes no fault. */
const patienceMs = 120_000;
const pollMs = 5;
/** Between two looks at the process table, which cost more. */
const tableMs = 40;

export class Episode implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "runledger-faults-"));
  readonly home = join(this.folder, ".runledger");
  readonly witness = join(this.folder, "witness.txt");
  readonly ticks = join(this.folder, "ticks.txt");
  readonly release = join(this.folder, "release");
  /** The ledger's, if it lies on a server. */
  readonly url: string | null;
  readonly random: Random;
  readonly runs: AskedRun[] = [];
  readonly answers: Answer[] = [];
  /** Processes that the suite itself signalled; nobody else may be blamed for their end. */
  readonly killedHere = new Set<number>();
  /** The experiment that was asked for; its id is known once somebody was shown it. */
  experiment: { cells: number; id: string | null } | null = null;
  /** Deaths that are still to come, of whoever comes to their points after the scene. */
  readonly later: Fault[] = [];
  readonly #product: Product;
  readonly #open = new Set<Client>();
  readonly #log = join(this.folder, "fired.jsonl");
  readonly #marks = join(this.folder, "marks");
  readonly #waker: NodeJS.Timeout;
  readonly #woken = new Set<string>();
  #plans = 0;
  #faults = 0;

  constructor({ random, product, url }: { random: Random; product: Product; url: string | null }) {
    this.random = random;
    this.url = url;
    this.#product = product;
    mkdirSync(this.#marks);
    writeFileSync(this.#log, "");
    this.#waker = setInterval(() => this.#wakeStopped(), 50);
  }

  /** A run of this work that is about to be asked for. */
  newRun(work: AskedRun["work"]): AskedRun {
    const run: AskedRun = { id: randomUUID(), work, asked: new Set() };
    this.runs.push(run);
    return run;
  }

  fault(
    role: Role,
    at: { point: string; moment: Moment; nth?: number },
    action: Fault["action"] = { do: "kill" },
  ): Fault {
    this.#faults += 1;
    return { id: `fault-${this.#faults}`, role, point: at.point, moment: at.moment, nth: at.nth ?? 1, action };
  }

  /** Stands still at the point until `letGo`. */
  hold(role: Role, at: { point: string; moment: Moment; nth?: number }): Fault {
    return this.fault(role, at, { do: "hold", makesFile: null, untilFile: this.release });
  }

  letGo(): void {
    writeFileSync(this.release, "");
  }

  /** Starts a command; `faults` are for it and for the runners that it boots. */
  start(role: Role, args: readonly string[], faults: readonly Fault[] = []): Client {
    this.#plans += 1;
    const planPath = join(this.folder, `plan-${this.#plans}.json`);
    const rest = { log: this.#log, marks: this.#marks, isOnServer: this.url !== null };
    const plan: Plan = { role, faults: [...faults], ...rest };
    writeFileSync(planPath, JSON.stringify(plan));
    const client = startClient({ product: this.#product, args, folder: this.folder, url: this.url, planPath });
    this.#open.add(client);
    void client.ended.then((answer) => {
      this.answers.push(answer);
      this.#open.delete(client);
    });
    return client;
  }

  /** Runs a command to its end. */
  async ask(role: Role, args: readonly string[], faults: readonly Fault[] = []): Promise<Answer> {
    return this.end(this.start(role, args, faults));
  }

  /** Waits for the end of a client. One that never ends is killed, and the episode has failed. */
  async end(client: Client): Promise<Answer> {
    const timer = setTimeout(() => {
      this.killedHere.add(client.pid);
      client.child.kill("SIGKILL");
    }, patienceMs);
    const answer = await client.ended;
    clearTimeout(timer);
    if (this.killedHere.has(client.pid)) {
      throw new Stuck(
        `runledger ${answer.args.join(" ")} did not end within ${patienceMs} ms; it said: ${answer.stderr.slice(-500)}`,
      );
    }
    return answer;
  }

  async endAll(): Promise<void> {
    for (const client of this.#open) await this.end(client);
  }

  /** Every fault that happened so far. */
  fired(): Fired[] {
    return readFileSync(this.#log, "utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Fired]));
  }

  /** True once the fault has happened; false if it cannot happen any more, since its client, or all, are gone. */
  async happened(fault: Fault, client: Client): Promise<boolean> {
    let lookedMs = performance.now();
    const canHappen = (): boolean => {
      if (fault.role !== "runner") return this.#open.has(client) && client.child.exitCode === null;
      if (performance.now() - lookedMs < tableMs) return true;
      lookedMs = performance.now();
      return this.processes().length > 0;
    };
    const seen = await this.until(() => (this.hasHappened(fault) ? "yes" : canHappen() ? null : "no"));
    return seen === "yes" || this.hasHappened(fault);
  }

  hasHappened({ id }: Fault): boolean {
    return existsSync(join(this.#marks, id));
  }

  /** What the look gives as soon as it gives something; null when the patience is over. */
  async until<T>(look: () => T | null, ms = patienceMs, everyMs = pollMs): Promise<T | null> {
    const begunMs = performance.now();
    for (;;) {
      const seen = look();
      if (seen !== null || performance.now() - begunMs > ms) return seen;
      await wait(everyMs);
    }
  }

  /** Waits until no process of this episode is left. @returns those that are, when the patience is over */
  async emptied(ms = patienceMs): Promise<{ pid: number; words: string }[]> {
    await this.until(() => (this.processes().length === 0 ? true : null), ms, tableMs);
    return this.processes();
  }

  /** Living processes that came of this episode, by what their environment, words or folder say. */
  processes(): { pid: number; words: string }[] {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
    return pids.flatMap((pid) => {
      const words = textOf(pid, "cmdline").replaceAll("\0", " ").trim();
      const seen = `${words} ${textOf(pid, "environ")} ${folderOf(pid)}`;
      return seen.includes(this.folder) ? [{ pid: Number(pid), words }] : [];
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#waker);
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone by itself.
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What was stopped goes on after its time. */
  #wakeStopped(): void {
    for (const { id, pid, action } of this.fired()) {
      if (action.do !== "stop" || this.#woken.has(id)) continue;
      this.#woken.add(id);
      setTimeout(() => {
        try {
          process.kill(pid, "SIGCONT");
        } catch {
          // Somebody has killed it meanwhile.
        }
      }, action.ms);
    }
  }
}

/** Something that must end did not. */
export class Stuck extends Error {}

function textOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
