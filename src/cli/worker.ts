// `runledger worker`: a process that stays, claims runs from the queue and supervises them. It also adopts what has lost
// its supervisor. What it does it tells on stderr, a line each.

import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { keysIn } from "../agents/agent-keys.ts";
import { agentNames } from "../agents/known-agents.ts";
import { problemOf } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { Abilities } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { counted } from "../views/number-words.ts";
import { QueueWork, sayLeft, type WorkNews } from "../worker/work-queue.ts";
import { startWorker } from "../worker/worker.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findInstallation } from "./installation.ts";
import { onInterrupt } from "./interrupts.ts";
import { leaveOrEnd } from "./leave-or-end.ts";
import { awaitedInQueue, leftInQueue } from "./left-in-queue.ts";
import type { OptionSpec } from "./options.ts";
import { ledgerWords } from "./paths.ts";
import { configOf } from "./project-config.ts";
import { readCount } from "./read-count.ts";
import { runnerEnv } from "./runner-env.ts";
import { readLabels } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";

const slotsMax = 256;
/** Runs at once if nobody says: each has a process, and the supervisor wants its share. */
const slotsDefaultMax = 4;
/** How often a worker that ends when it is idle looks whether it waits, milliseconds. */
const waitLookMs = 2_000;

/** Options of whatever takes runs from the queue. */
export const workerOptions = {
  slots: { type: "text", value: "N", help: "runs at once; default: the number of cores, at most 4" },
  label: { type: "text", value: "K=V", repeatable: true, help: "take only runs with this label" },
  drain: {
    type: "flag",
    help: "when asked to stop, wait for its runs; default: leave them, they go on, to be adopted",
  },
} as const satisfies Record<string, OptionSpec>;

export const workerCommand: Command = {
  name: "worker",
  group: "Operate",
  readsConfig: true,
  summary: "takes runs from the queue, and adopts what nobody supervises",
  usage: "worker",
  notes: `Any number of workers may share a ledger. Ctrl-C or SIGTERM stops it: it takes no more runs, and those that it
has go on and are adopted by the next worker, or by watch; with --drain it waits for them first. A second Ctrl-C
leaves them.`,
  options: {
    ...workerOptions,
    "until-idle": { type: "flag", help: "end when it has no run and nothing waits that it could take" },
    jsonl: { type: "flag", help: "one JSON line for each thing that it does" },
  },
  operands: { min: 0, max: 0 },
  run,
};

async function run(context: Context): Promise<number> {
  const { options } = context;
  const slots = readSlots(options.text("slots"));
  const can = abilities(readLabels(options.texts("label")), context.env);
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    await workHere({ ledger, context, slots, can, isUntilIdle: options.flag("until-idle") });
    return exitCodes.ok;
  });
}

/** How many runs at once: as asked, else one a core. @throws RunledgerError `usage.bad-value` */
export function readSlots(text: string | null): number {
  return readCount("--slots", text, slotsMax, 1) ?? Math.max(1, Math.min(availableParallelism(), slotsDefaultMax));
}

/** What this process can run, with the keys of its environment. */
export function abilities(labels: Record<string, string>, env: Context["env"]): Abilities {
  const config = configOf(env);
  return {
    kinds: ["benchmark", "command"],
    agents: [...agentNames(config), "command:*"],
    keys: keysIn(env, config),
    labels,
  };
}

async function workHere(of: {
  ledger: Ledger;
  context: Context;
  slots: number;
  can: Abilities;
  isUntilIdle: boolean;
}): Promise<void> {
  const { ledger, context, slots, can, isUntilIdle } = of;
  const { output, options, env } = context;
  await using worker = await startWorker({
    ...{ ledger, spares: slots, keepsSpares: true, queue: { slots, can } },
    ...findInstallation(env),
  });
  const tell = teller(context);
  const envOf = (run: Run) => runnerEnv(run, env);
  const work = new QueueWork({ ledger, worker, slots, can, envOf, isUntilIdle, onNews: tell });
  const only = Object.entries(can.labels).map(([key, value]) => `${key}=${value}`);
  output.progress(`ledger  ${ledgerWords(ledger, context)}`);
  output.progress(
    `worker  ${shortId(worker.id)}   ${counted(slots, "slot")}${only.length === 0 ? "" : `   only ${only.join(" ")}`}`,
  );
  if (options.flag("jsonl")) output.json({ type: "started", worker: worker.id, pid: process.pid, slots, can });
  const endIfAway = leaveOrEnd(ledger, output);
  using interrupts = onInterrupt(({ count }) => {
    const isWaiting = options.flag("drain") && count === 1;
    const running = work.running === 0 ? "" : `; ${counted(work.running, "run")} ${isWaiting ? "to wait for" : "left"}`;
    output.warn(`stopping: it takes no more runs${running}`);
    if (isWaiting) work.drain();
    else {
      work.leave();
      endIfAway();
    }
  });
  const isOver = new AbortController();
  const telling = isUntilIdle ? tellAwaited(work, { ledger, context, can, signal: isOver.signal }) : null;
  await work.toEnd().finally(() => isOver.abort());
  await telling;
  if (isUntilIdle && interrupts.count === 0) for (const words of await leftInQueue(ledger, can)) output.warn(words);
  const left = await sayLeft(ledger, worker);
  if (left.length > 0) output.warn(`left to others: ${left.map(shortId).join(", ")}; npx runledger worker adopts them`);
  if (worker.refusedWrites > 0) output.warn(`${counted(worker.refusedWrites, "write")} refused: adopted by others`);
  if (options.flag("jsonl"))
    output.json({ type: "done", worker: worker.id, left, refusedWrites: worker.refusedWrites });
}

/** Says once what a worker that has nothing to do does not end for: nobody would know why it stays. */
async function tellAwaited(
  work: QueueWork,
  of: { ledger: Ledger; context: Context; can: Abilities; signal: AbortSignal },
): Promise<void> {
  const { ledger, context, can, signal } = of;
  for (let isTold = false; !isTold; ) {
    await wait(waitLookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A ledger that cannot be read is told by the work itself.
    const awaited = work.running > 0 ? [] : await awaitedInQueue(ledger, can).catch(() => []);
    for (const words of awaited) context.output.progress(words);
    isTold = awaited.length > 0;
  }
}

/** Says what happens: a line of words each, or a line of JSON. */
function teller({ output, options }: Context): (news: WorkNews) => void {
  const isJsonl = options.flag("jsonl");
  const isNew = newsOnce();
  return (news) => {
    if (!isNew(news)) return;
    if (isJsonl) output.json(jsonOf(news));
    output.progress(`  ${new Date().toISOString()}  ${wordsOf(news)}`);
  };
}

/** The same fault comes with each try, twice a second: it is told once in this time, milliseconds, and when it is back. */
const sameFaultMs = 30_000;

function newsOnce(): (news: WorkNews) => boolean {
  let last = { words: "", atMs: Number.NEGATIVE_INFINITY };
  return (news) => {
    if (news.type !== "ledgerFault") {
      last = { words: "", atMs: Number.NEGATIVE_INFINITY };
      return true;
    }
    const now = { words: problemOf(news.error).detail, atMs: performance.now() };
    if (now.words === last.words && now.atMs - last.atMs < sameFaultMs) return false;
    last = now;
    return true;
  };
}

function jsonOf(news: WorkNews): Record<string, unknown> {
  switch (news.type) {
    case "failed":
      return { type: news.type, runId: news.runId, problem: problemOf(news.error) };
    case "ledgerFault":
      return { type: news.type, problem: problemOf(news.error) };
    case "concluded":
    case "takenOver":
      return { type: news.type, runIds: news.runIds };
    default:
      return {
        type: news.type,
        runId: news.run.id,
        attempt: news.run.attempt?.number ?? null,
        status: news.run.status,
      };
  }
}

function wordsOf(news: WorkNews): string {
  switch (news.type) {
    case "failed":
      return `${shortId(news.runId)}  its supervision failed, tried again in a while: ${problemOf(news.error).detail}`;
    case "ledgerFault":
      return `the ledger is not to be had, tried again: ${problemOf(news.error).detail}`;
    case "concluded":
      return `concluded ${news.runIds.map(shortId).join(", ")}: supervisor and process are gone`;
    case "takenOver":
      return `took over ${news.runIds.map(shortId).join(", ")}: their worker's host is silent`;
    default:
      return `${shortId(news.run.id)}  ${news.type.padEnd(8)}  ${runWords(news.run)}`;
  }
}

function runWords({ subject, agent, status, score, passed, attempt }: Run): string {
  const verdict = passed === null ? "" : passed ? ", passed" : ", below";
  const result = score === null ? "" : ` ${score.toFixed(6)}`;
  const tries = attempt !== null && attempt.number > 1 ? `   attempt ${attempt.number}` : "";
  return `${subject.id}${agent === null ? "" : `   ${agent.name}`}   ${status}${verdict}${result}${tries}`;
}
