// `runledger verify`: does everything that the ledger and the files beside it say agree with the events?

import { resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { verifyFiles } from "../worker/verify-files.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRun } from "./find-run.ts";
import { readReceipt, receiptFindings } from "./receipt.ts";
import { remoteViewOf } from "./remote-view.ts";
import { withLedger } from "./with-ledger.ts";

export const verifyCommand: Command = {
  name: "verify",
  group: "Operate",
  summary: "re-folds runs, compares ledger, journals and files; exit 1 if any differ",
  usage: "verify [ID…]",
  options: {
    receipt: { type: "text", value: "FILE", help: "whether this receipt of show --receipt still holds here" },
  },
  isRemote: true,
  operands: { min: 0, max: Number.POSITIVE_INFINITY },
  laterOptions: { sample: "large ledgers" },
  run: runVerify,
};

async function runVerify(context: Context): Promise<number> {
  const { operands, options, output, env } = context;
  const receipt = options.text("receipt");
  if (receipt !== null) return verifyReceipt(context, receipt);
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    output.progress(`ledger ${ledger.url}`);
    const runIds: string[] = [];
    for (const words of operands) runIds.push((await findRun(ledger, words)).id);
    const findings: Finding[] = [];
    for await (const finding of findingsOf(ledger, { env, ...(operands.length === 0 ? {} : { runIds }) })) {
      findings.push(finding);
    }
    if (output.isJson) output.json({ ledger: ledger.url, isClean: findings.length === 0, findings });
    else output.result(output.isTerminal ? listing(findings) : rows(findings));
    return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

async function verifyReceipt(context: Context, path: string): Promise<number> {
  const { operands, output, cwd } = context;
  if (operands.length > 0)
    throw new RunledgerError("usage.bad-value", "a receipt names its run; give no other beside it");
  const receipt = await readReceipt(resolve(cwd, path));
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    output.progress(`ledger ${ledger.url}`);
    const findings: Finding[] = [];
    for await (const finding of receiptFindings(ledger, receipt)) findings.push(finding);
    if (output.isJson) output.json({ ledger: ledger.url, isClean: findings.length === 0, findings });
    else if (output.isTerminal && findings.length === 0)
      output.result(`holds: run ${receipt.run} has these ${receipt.events} events, and they fold to this`);
    else output.result(output.isTerminal ? table(findings).join("\n") : rows(findings));
    return findings.length === 0 ? exitCodes.ok : exitCodes.failed;
  });
}

async function* findingsOf(
  ledger: Ledger,
  options: { runIds?: string[]; env: Context["env"] },
): AsyncGenerator<Finding> {
  const { runIds } = options;
  let isClean = true;
  for await (const finding of ledger.verify(runIds === undefined ? {} : { runIds })) {
    isClean = false;
    yield finding;
  }
  // A server has compared its files already.
  if (remoteViewOf(ledger) !== null) return;
  try {
    yield* verifyFiles(ledger, options);
  } catch (error) {
    // In a damaged ledger the files' half may be unreadable; what was found so far must still be told.
    if (isClean) throw error;
    const detail = `the files could not be compared: ${error instanceof Error ? error.message : String(error)}`;
    yield { runId: null, position: null, kind: "unreadable", detail };
  }
}

function rows(findings: readonly Finding[]): string {
  const fields = findings.map(({ kind, runId, position, detail }) => [kind, runId, position, detail]);
  return [["kind", "run", "position", "detail"], ...fields].map(tabRow).join("\n");
}

function listing(findings: readonly Finding[]): string {
  if (findings.length === 0) return "clean: events, folds, counts, journals and files agree";
  const sum = `${findings.length} ${findings.length === 1 ? "difference" : "differences"}; runledger rebuild makes the folds anew`;
  return [...table(findings), "", sum].join("\n");
}

function table(findings: readonly Finding[]): string[] {
  const lines = findings.map(({ kind, runId, position, detail }) => [
    kind,
    runId === null ? "–" : shortId(runId),
    position === null ? "–" : String(position),
    detail,
  ]);
  return alignColumns([["KIND", "RUN", "POSITION", "WHAT DIFFERS"], ...lines]);
}
