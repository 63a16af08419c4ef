// `logs ID`: what the last attempt of a run printed, each stream to its own.

import { RunledgerError } from "../core/errors.ts";
import { isActive, isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { settle } from "../worker/settle.ts";
import { takeOverSilent } from "../worker/take-over.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRun } from "./find-run.ts";
import { followOutput, readOutput } from "./follow-output.ts";
import { followRun } from "./follow-run.ts";
import { onInterrupt } from "./interrupts.ts";
import { readCount } from "./read-count.ts";
import { withLedger } from "./with-ledger.ts";

type AttemptRef = { runId: string; attempt: number };

const attemptsMax = 1_000_000;

export const logsCommand: Command = {
  name: "logs",
  group: "Look",
  summary: "what it printed",
  usage: "logs ID [-f]",
  notes: `Each stream goes to its own: what the run printed to stderr comes out on stderr. Of long output both ends are kept;
what is missing between them is told with its size.`,
  options: {
    follow: { type: "flag", short: "f", help: "go on until it ends" },
    attempt: { type: "text", value: "N", help: "of this attempt; default: the last" },
  },
  isRemote: true,
  operands: { min: 1, max: 1 },
  run,
};

async function run(context: Context): Promise<number> {
  const { operands, options, output } = context;
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const found = await findRun(ledger, operands[0] ?? "");
    const attempt = readAttempt(found, options.text("attempt"));
    const place = { runId: found.id, attempt };
    if (output.isJson) {
      output.json({
        ...place,
        stdout: await textOf(ledger, { ...place, stream: "stdout" }),
        stderr: await textOf(ledger, { ...place, stream: "stderr" }),
      });
      return exitCodes.ok;
    }
    if (options.flag("follow") && !isTerminal(found.status)) return followLogs(ledger, place, context);
    await printLogs(ledger, place, context);
    return exitCodes.ok;
  });
}

function readAttempt(run: Run, text: string | null): number {
  const last = run.attempt?.number ?? 0;
  const attempt = readCount("--attempt", text, attemptsMax) ?? last;
  if (attempt >= 1 && attempt <= last) return attempt;
  const has = last === 0 ? "had no attempt yet" : `has attempts 1 to ${last}`;
  throw new RunledgerError("usage.bad-value", `run ${run.id} ${has}`);
}

async function printLogs(ledger: Ledger, place: AttemptRef, { output }: Context): Promise<void> {
  let printed = 0;
  for (const stream of ["stdout", "stderr"] as const) {
    for await (const { bytes } of readOutput(ledger, { ...place, stream }, 0)) {
      printed += bytes.length;
      output.bytes(stream, bytes);
    }
  }
  if (printed === 0) output.progress(`(attempt ${place.attempt} printed nothing)`);
}

async function followLogs(ledger: Ledger, place: AttemptRef, { output }: Context): Promise<number> {
  const stop = new AbortController();
  using interrupts = onInterrupt(() => stop.abort(), output.gone);
  const follower = followOutput({ ledger, ...place, write: (stream, bytes) => output.bytes(stream, bytes) });
  try {
    await followRun({
      ledger,
      runId: place.runId,
      signal: stop.signal,
      onEvent: () => {},
      onLook: (run) => settleIfLeft(ledger, run),
    });
  } finally {
    await follower.finish();
  }
  return interrupts.count > 0 ? exitCodes.interrupted : exitCodes.ok;
}

/** A run that nobody supervises ends for its readers only when somebody looks: its runner may be gone by now. */
async function settleIfLeft(ledger: Ledger, { status, attempt }: Run): Promise<void> {
  if (!isActive(status) || attempt === null) return;
  if (await ledger.isLockFree(attempt.worker)) await settle(ledger);
  // Out of reach, or of a worker that was stopped and holds its lock, it is over after enough silence.
  await takeOverSilent(ledger);
}

async function textOf(
  ledger: Ledger,
  place: { runId: string; attempt: number; stream: "stdout" | "stderr" },
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of readOutput(ledger, place, 0)) parts.push(bytes);
  return Buffer.concat(parts).toString("utf8");
}
