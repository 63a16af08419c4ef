// Copies ended runs from one ledger to another, whatever databases they are: blobs first, then the run's events in one
// transaction, then its output. A push that was cut off goes on where it stopped; one that was done does nothing.

import { RunledgerError } from "../core/errors.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import { comparableFold } from "./comparable-fold.ts";
import type { EventRow, Ledger, LogChunk } from "./ledger.ts";
import { blobsOf } from "./refold-run.ts";

/** `continued`: the other ledger had its beginning. `open`: it has not ended here. `incomplete`: a blob is missing here. */
export type PushResult = "copied" | "continued" | "known" | "open" | "deleted" | "differs" | "incomplete";

export type Pushed = { runId: string; result: PushResult; why: string };

const pageRows = 500;
/** Output that travels in one step, bytes. */
const logStepBytes = 16 * systemLimits.logChunkBytesMax;
/** Digests that are remembered as being there; more are looked up again. */
const digestsMax = 10_000;

/** A push from one ledger to another, with what it has found out about the other on its way. */
export class Push {
  readonly #from: Ledger;
  readonly #to: Ledger;
  readonly #blobs = new Set<string>();
  #experimentId: string | null = null;

  constructor({ from, to }: { from: Ledger; to: Ledger }) {
    this.#from = from;
    this.#to = to;
  }

  /** Copies one run. What keeps it from being copied is the result; only what is nobody's expectation is thrown. */
  async run(run: Run): Promise<Pushed> {
    try {
      return { runId: run.id, ...(await this.#push(run)) };
    } catch (error) {
      if (!(error instanceof RunledgerError)) throw error;
      const result = resultOfRefusal[error.code];
      if (result === undefined) throw error;
      return { runId: run.id, result, why: error.message };
    }
  }

  /** Copies the plan of an experiment, so that the other ledger knows what its runs are part of. */
  async plan(experimentId: string): Promise<void> {
    if (this.#experimentId === experimentId) return;
    const row = await this.#from.planRow(experimentId);
    if (row !== null && (await this.#to.planRow(experimentId)) === null) {
      await this.#to.copyPlan(row).catch(async (error) => {
        // Another push may have been faster.
        if ((await this.#to.planRow(experimentId)) === null) throw error;
      });
    }
    this.#experimentId = experimentId;
  }

  async #push(run: Run): Promise<Omit<Pushed, "runId">> {
    if (!isTerminal(run.status)) return { result: "open", why: `it is ${run.status}` };
    const there = await this.#to.getRun(run.id);
    const known = there === null ? 0 : await this.#inCommon(run, there);
    if (known === null) return { result: "differs", why: "the other ledger has other events under this id" };
    if (run.experimentId !== null) await this.plan(run.experimentId);
    if (known < run.seq) {
      const { rows, lacking } = await this.#rowsAfter(run, known);
      if (lacking !== null) return { result: "incomplete", why: `this ledger has no blob ${lacking}` };
      await this.#to.copyRun(run.id, rows);
    }
    await this.#copyOutput(run);
    await this.#check(run);
    const events = `${run.seq - known} of ${run.seq} events`;
    if (known === run.seq) return { result: "known", why: "it is there" };
    return { result: known === 0 ? "copied" : "continued", why: events };
  }

  /** How many of the run's events both have, if one is the beginning of the other; null if they part. */
  async #inCommon(run: Run, there: Run): Promise<number | null> {
    const seq = Math.min(run.seq, there.seq);
    const [mine, other] = await Promise.all([this.#from.linkAt(run.id, seq), this.#to.linkAt(run.id, seq)]);
    return mine !== null && mine === other ? seq : null;
  }

  /** The rows of a run are held in memory together: they are taken whole or not at all. Their blobs are there then. */
  async #rowsAfter(run: Run, seq: number): Promise<{ rows: EventRow[]; lacking: string | null }> {
    const rows: EventRow[] = [];
    for (let after = seq; after < run.seq; ) {
      const page = await this.#from.readRows(run.id, after, Math.min(pageRows, run.seq - after));
      const last = page.at(-1);
      if (last === undefined) break;
      for (const row of page) {
        for (const digest of blobsOf(row.type, JSON.parse(row.data) as Record<string, unknown>)) {
          // A run from elsewhere may have come without its blobs.
          if (!(await this.#copyBlob(digest)) && !run.imported) return { rows, lacking: digest };
        }
        rows.push(row);
      }
      after = last.seq;
    }
    return { rows, lacking: null };
  }

  /** @returns whether there is such a blob */
  async #copyBlob(digest: string): Promise<boolean> {
    if (this.#blobs.has(digest)) return true;
    const bytes = await this.#from.getBlob(digest);
    if (bytes === null) return false;
    await this.#to.putBlob(bytes);
    if (this.#blobs.size >= digestsMax) this.#blobs.clear();
    this.#blobs.add(digest);
    return true;
  }

  async #copyOutput(run: Run): Promise<void> {
    for (let attempt = 1; attempt <= (run.attempt?.number ?? 0); attempt += 1) {
      for (const stream of ["stdout", "stderr"] as const) await this.#copyStream({ runId: run.id, attempt, stream });
    }
  }

  /** What a long stream has lost here is left out there, too. */
  async #copyStream(of: Omit<LogChunk, "offset" | "bytes">): Promise<void> {
    const size = await this.#from.logSize(of);
    let offset = size === 0 ? 0 : await this.#to.logSize(of);
    if (offset >= size) return;
    const cut = await this.#from.logCut(of);
    while (offset < size) {
      if (cut !== null && offset >= cut.from && offset < cut.to) offset = cut.to;
      const bytes = await this.#from.readLog({ ...of, offset, limit: logStepBytes });
      if (bytes.length === 0) return;
      await this.#to.putLog([{ ...of, offset, bytes }]);
      offset += bytes.length;
    }
  }

  /** The copy is what was copied: the same link at the same place, and the same fold. */
  async #check(run: Run): Promise<void> {
    const [mine, other, there] = await Promise.all([
      this.#from.linkAt(run.id, run.seq),
      this.#to.linkAt(run.id, run.seq),
      this.#to.getRun(run.id),
    ]);
    const isSame = there !== null && (there.seq > run.seq || stateOf(there, run) === stateOf(run, there));
    if (mine !== other || !isSame) {
      throw new RunledgerError("run.differs", `run ${run.id}: the copy does not fold to what was copied`);
    }
  }
}

const resultOfRefusal: Partial<Record<string, PushResult>> = {
  "run.differs": "differs",
  "run.deleted": "deleted",
  "ledger.damaged": "incomplete",
};

/** The fold without its place in one ledger, and without what a build did not count that kept the other one. */
function stateOf(run: Run, other: Run): string {
  return JSON.stringify({ ...comparableFold(run, other), position: 0 });
}
