// Supervision of one attempt, from the moment its runner has the assignment to the moment it is seen gone: takes the
// journal, passes on cancel and pause, vouches, enforces the process limits. What it saw is then concluded.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { graceMsOf, liveAttempt } from "../core/decide.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { watchOrPoll } from "../protocol/watch-file.ts";
import { isClaimLost, isDeleted } from "./claim-lost.ts";
import { createLogCopy } from "./copy-logs.ts";
import { limitMet } from "./enforce-limits.ts";
import { createIntake, type Intake } from "./ingest.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { isPassingFault, orPassingFault } from "./passing-fault.ts";
import { isRunnerAlive } from "./runner-lock.ts";
import type { Exit } from "./spare-runners.ts";
import { Stillness } from "./stillness.ts";
import { StopOrders } from "./stop-orders.ts";
import type { Supervised, Watched } from "./supervised.ts";
import { Voucher } from "./vouch.ts";
import { createWake } from "./wake.ts";

/** Between two looks when nothing is heard, milliseconds; the shorter where a deadline or another host is waiting. */
const tickMs = { calm: 250, tense: 100 };
/** Between two looks at least, milliseconds: what a runner reports of one turn comes within less. */
const paceMs = 20;
const logCopyMs = 1_000;
/** A tick that took this much longer than it should was no tick: this process was stopped, or starved, milliseconds. */
const gapMsMin = 1_000;
/** How long a failing ledger is left alone before the next try, milliseconds. */
const ledgerRetryMs = 500;

/** Supervises until the runner is gone, the claim is another's, or this worker is to leave it. */
export async function supervise(of: Supervised): Promise<Watched> {
  const watch = new Supervision(of);
  try {
    return await watch.untilOver();
  } finally {
    watch.close();
  }
}

class Supervision {
  readonly #of: Supervised;
  readonly #intake: Intake;
  readonly #wake = createWake();
  /** Rings when the runner has ended, or is to be left: nobody waits for a look any more. */
  readonly #over = createWake();
  readonly #memory: MemoryWatch;
  readonly #voucher: Voucher;
  readonly #orders: StopOrders;
  readonly #stillness: Stillness;
  readonly #closers: (() => void)[] = [];
  readonly #copyLogs: () => Promise<void>;
  readonly #startedMs = performance.now();
  #run: Run;
  #exit: Exit | null = null;
  #mustReadRun = true;
  #heardMs = performance.now();
  #heardN: number;
  #copiedMs = performance.now();
  #tickedMs = performance.now();
  #ledgerBackAtMs = 0;
  #overAtMs: number | null = null;
  #exchanging: Promise<void> | null = null;
  #exchangingSinceMs: number | null = null;
  #wantsExchange = false;
  #isClaimLost = false;
  #failure: Error | null = null;
  /** When an exchange last showed that the claim is ours, on the monotonic clock. */
  #ownedMs = performance.now();

  constructor(of: Supervised) {
    const { ledger, run, attempt, folder, cursor } = of;
    this.#of = of;
    this.#run = run;
    this.#heardN = cursor.n;
    this.#memory = new MemoryWatch(of.ref, run.limits.memory_mib);
    this.#voucher = new Voucher({ folder, claimId: attempt.claimId, orphanS: run.limits.orphan_s, lease: of.lease });
    this.#orders = new StopOrders({ ref: of.ref, folder, claimId: attempt.claimId });
    // Only where hosts share a ledger is anything ever stopped, and by nobody but an earlier supervision.
    const mayStand = of.isTakenUp && ledger.takeoverAfterMs !== null;
    this.#stillness = new Stillness({ lease: of.lease, runner: of.ref, attemptDir: folder, mayStand });
    const ids = { ledger, runId: run.id, attempt: attempt.number, folder };
    this.#intake = createIntake({ ...ids, claimId: attempt.claimId, cursor });
    const logs = createLogCopy(ids);
    this.#copyLogs = () => logs.copy();
    // Only the journal has news: output that grows would keep the supervisor awake for nothing.
    const watcher = watchOrPoll(folder, (name) => {
      if (name === null || name === attemptFiles.journal) this.#wake.ring();
    });
    this.#closers.push(
      () => watcher.close(),
      of.followOrders({ runId: run.id, claimId: attempt.claimId }, () => {
        this.#mustReadRun = true;
        this.#wake.ring();
      }),
    );
    const ring = () => {
      this.#over.ring();
      this.#wake.ring();
    };
    of.leave.addEventListener("abort", ring);
    this.#closers.push(() => of.leave.removeEventListener("abort", ring));
    void of.exited?.then((exit) => {
      this.#exit = exit;
      ring();
    });
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  async untilOver(): Promise<Watched> {
    while (!this.#isOver()) {
      this.#forgiveGap();
      this.#beginExchange();
      if (!this.#standsStill()) {
        await this.#enforceLimits();
        this.#orders.escalate();
        await orPassingFault(() => this.#voucher.vouch(this.#intake.state.cursor.offset));
      }
      await this.#wake.next(this.#tickMs());
      await this.#pace();
    }
    await this.#exchanging;
    if (this.#isClaimLost) return this.#watched("claimLost");
    return this.#watched(this.#isGone() ? "gone" : "left");
  }

  /** The first news are heard at once, those right after them together: a look costs more than what it finds. */
  async #pace(): Promise<void> {
    const leftMs = paceMs - (performance.now() - this.#tickedMs);
    if (leftMs > 0 && !this.#isOver()) await this.#over.next(leftMs);
  }

  #tickMs(): number {
    const { exited, ledger } = this.#of;
    // The end of a runner that was adopted is found by looking, too.
    const isTense = this.#orders.isOut || this.#overAtMs !== null || exited === null || ledger.takeoverAfterMs !== null;
    return isTense ? tickMs.tense : tickMs.calm;
  }

  /** Whether nothing of the attempt may act now; until it goes on, no limit counts and nothing is vouched for. */
  #standsStill(): boolean {
    const state = this.#stillness.look(this.#ownedMs, () => this.#voucher.vouchNow(this.#intake.state.cursor.offset));
    if (state === "goesOn") this.#heardMs = performance.now();
    if (state === "stands") this.#mustReadRun = true;
    return state === "stands";
  }

  #isOver(): boolean {
    return this.#isGone() || this.#isClaimLost || this.#of.leave.aborted;
  }

  /** Who was stopped itself has heard nothing, and must not take that for the runner's silence. */
  #forgiveGap(): void {
    const nowMs = performance.now();
    const gapMs = nowMs - this.#tickedMs - tickMs.calm;
    this.#tickedMs = nowMs;
    if (gapMs >= gapMsMin) this.#heardMs = Math.min(nowMs, this.#heardMs + gapMs);
  }

  /** One exchange at a time, and nobody waits for it: limits, cancels and vouching must not wait for a busy ledger. */
  #beginExchange(): void {
    if (this.#failure !== null) throw this.#failure;
    this.#wantsExchange = this.#exchanging !== null;
    if (this.#exchanging !== null || performance.now() < this.#ledgerBackAtMs) return;
    this.#exchangingSinceMs = performance.now();
    this.#exchanging = this.#exchange()
      .then((isMine) => {
        this.#isClaimLost = !isMine;
      })
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#exchanging = null;
        this.#exchangingSinceMs = null;
        if (this.#wantsExchange || this.#isClaimLost || this.#failure !== null) this.#wake.ring();
      });
  }

  /** Takes the journal and learns what was asked for; false if the claim is another's by now. */
  async #exchange(): Promise<boolean> {
    const beganMs = performance.now();
    try {
      await this.#intake.pump();
      this.#hear();
      if (this.#mustReadRun) {
        this.#mustReadRun = false;
        this.#run = (await this.#of.ledger.getRun(this.#run.id)) ?? this.#run;
      }
      // Whoever took it over has ended it, and it may be that nobody has claimed the run since.
      if (liveAttempt(this.#run, this.#of.attempt.claimId) === null) return false;
      this.#ownedMs = beganMs;
      await this.#obey();
      if (performance.now() - this.#copiedMs > logCopyMs) {
        this.#copiedMs = performance.now();
        await this.#copyLogs();
      }
      return true;
    } catch (error) {
      if (isClaimLost(error) || isDeleted(error)) return false;
      if (!isPassingFault(error)) throw error;
      // A ledger that is full, locked or away costs no run: the journal holds what comes meanwhile, unheard.
      this.#mustReadRun = true;
      this.#heardMs = performance.now();
      this.#ledgerBackAtMs = performance.now() + ledgerRetryMs;
      return true;
    }
  }

  #hear(): void {
    const { state } = this.#intake;
    if (state.run !== null) this.#run = state.run;
    if (state.cursor.n === this.#heardN) {
      // A journal that was moved away is no silence of the runner's.
      if (!existsSync(this.#of.folder)) this.#heardMs = performance.now();
      return;
    }
    this.#heardN = state.cursor.n;
    this.#heardMs = performance.now();
  }

  /** Passes a cancel or pause on to the runner. */
  async #obey(): Promise<void> {
    const { status, cancel } = this.#run;
    if (status === "cancelling" && cancel !== null) await this.#orders.cancel(cancel.graceMs);
    else if (status === "pausing") await this.#orders.pause();
  }

  async #enforceLimits(): Promise<void> {
    const { state } = this.#intake;
    const nowMs = performance.now();
    if (state.finish !== null || state.fault !== null) {
      // The result stands, or nothing more can be trusted; either way the process has no more business here.
      this.#overAtMs ??= nowMs;
      const lingerMs = state.fault === null ? systemLimits.lingerMsMax : 0;
      this.#orders.killAt(this.#overAtMs + lingerMs);
      return;
    }
    if (this.#orders.killedFor !== null) return;
    if (state.cursor.n === 0) {
      if (nowMs - this.#startedMs < systemLimits.startMsMax || this.#hasWritten()) return;
      this.#orders.killUnstarted();
      return;
    }
    const error = limitMet(this.#run.limits, {
      ranS: (nowMs - this.#startedMs) / 1000 + this.#of.ranBeforeS,
      // A ledger that keeps us waiting is no silence of the runner's.
      silentS: ((this.#exchangingSinceMs ?? nowMs) - this.#heardMs) / 1000,
      treeMib: await this.#memory.treeMib(nowMs),
      journalBytes: state.bytes,
      records: state.cursor.n,
    });
    if (error !== null) await this.#orders.stopFor(error, graceMsOf(this.#run, null));
  }

  /** The runner may have begun and only the ledger not have heard of it. */
  #hasWritten(): boolean {
    const journal = statSync(join(this.#of.folder, attemptFiles.journal), { throwIfNoEntry: false });
    return (journal?.size ?? 0) > 0;
  }

  #isGone(): boolean {
    return this.#of.exited === null ? isSeenGone(this.#of) : this.#exit !== null;
  }

  #watched(end: Watched["end"]): Watched {
    const memory = this.#memory.evidence();
    return {
      end,
      intake: this.#intake,
      exit: this.#exit,
      killedFor: this.#orders.killedFor,
      memory,
      isFrozen: this.#stillness.isStill,
    };
  }
}

/** A runner whose lock cannot be looked at, since its folder is moved away, may live. */
function isSeenGone({ ledger, facts }: Supervised): boolean {
  try {
    return facts === null || !isRunnerAlive(ledger, facts);
  } catch (error) {
    if (isPassingFault(error)) return false;
    throw error;
  }
}
