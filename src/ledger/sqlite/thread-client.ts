// This process's side of the SQLite thread: posts requests, hands out the answers. Requests made in one turn of the
// event loop travel together. The thread keeps the process alive only while an answer is awaited.

import { once } from "node:events";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { errorOfProblem, RunledgerError } from "../../core/errors.ts";
import type { Argument, OperationName, Value } from "./operations.ts";
import { closing, type Reply, type Request } from "./requests.ts";
import type { StoreToOpen, ThreadOpened } from "./serve-requests.ts";
import type { ThreadStart } from "./thread.ts";
import { isWrite } from "./write-names.ts";

type Waiting = { resolve(value: unknown): void; reject(error: unknown): void; isWrite: boolean };

export type ThreadEvents = {
  notice(text: string): void;
  /** A write of this process was committed, and nothing has been told of it yet. */
  committed(): void;
};

/** Beside the sources the thread is a source, too; beside the bundle it is the bundle made of it. */
const threadUrl = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./sqlite-thread.mjs", import.meta.url);

/** The folder that this process's compile cache was given; it works in one for its Node below it. */
function compileCacheFolder(): string | null {
  const used = getCompileCacheDir();
  return used === undefined ? null : dirname(used);
}

export class ThreadClient {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #waiting = new Map<number, Waiting>();
  #outbox: Request[] = [];
  #lastId = 0;
  #ended: RunledgerError | null = null;
  #closing: Promise<void> | null = null;

  private constructor(worker: Worker, events: ThreadEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.on("message", (replies: Reply[]) => this.#take(replies));
    worker.on("error", (error) =>
      this.#end(new RunledgerError("internal.bug", `the SQLite thread broke: ${error}`, { cause: error })),
    );
    worker.on("exit", () => this.#end(closed()));
    worker.unref();
  }

  /** Starts the thread and opens the ledger in it. @throws RunledgerError as `openDatabase` does */
  static async open(
    store: StoreToOpen,
    events: ThreadEvents,
  ): Promise<{ client: ThreadClient; ledgerId: string; epoch: string }> {
    const start: ThreadStart = { ...store, compileCache: compileCacheFolder() };
    const worker = new Worker(threadUrl, { workerData: start, stdin: false });
    const [opened] = (await once(worker, "message")) as [ThreadOpened];
    if ("problem" in opened) {
      await worker.terminate();
      throw errorOfProblem(opened.problem);
    }
    for (const text of opened.notices) events.notice(text);
    return { client: new ThreadClient(worker, events), ledgerId: opened.ledgerId, epoch: opened.epoch };
  }

  call<Name extends OperationName>(name: Name, argument: Argument<Name>): Promise<Value<Name>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      // Behind the last message nothing would be answered any more.
      if (this.#closing !== null) return reject(closed());
      this.#lastId += 1;
      const id = this.#lastId;
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, isWrite: isWrite(name) });
      if (this.#outbox.length === 0) queueMicrotask(() => this.#post());
      this.#outbox.push({ id, name, argument });
    });
  }

  /** Lets what was asked for be answered, then closes the ledger and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#ended === null ? this.#close() : Promise.resolve();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#post();
    this.#worker.ref();
    const exit = once(this.#worker, "exit");
    this.#worker.postMessage(closing);
    await exit;
  }

  #post(): void {
    if (this.#outbox.length === 0) return;
    this.#worker.postMessage(this.#outbox);
    this.#outbox = [];
  }

  #take(replies: Reply[]): void {
    let hasCommitted = false;
    for (const reply of replies) {
      if ("notice" in reply) {
        this.#events.notice(reply.notice);
        continue;
      }
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("problem" in reply) waiting?.reject(errorOfProblem(reply.problem));
      else {
        hasCommitted ||= waiting?.isWrite === true;
        waiting?.resolve(reply.value);
      }
    }
    if (hasCommitted) this.#events.committed();
    if (this.#waiting.size === 0 && this.#closing === null) this.#worker.unref();
  }

  #end(error: RunledgerError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function closed(): RunledgerError {
  return new RunledgerError("internal.bug", "the ledger is closed");
}
