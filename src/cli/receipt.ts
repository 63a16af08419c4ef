// Receipts on the command line: `show ID --receipt` makes one from the ledger, `verify --receipt FILE` holds one against
// it.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { RunledgerError } from "../core/errors.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import { isReceiptWhole, type Receipt, receiptDifferences, receiptOf } from "../views/receipt.ts";
import { storyOf } from "./read-run.ts";

const named = z.strictObject({ id: z.string(), digest: z.string() });
const receiptSchema: z.ZodType<Receipt> = z.strictObject({
  v: z.literal(1),
  run: z.uuid(),
  subject: named,
  agent: z.strictObject({ name: z.string(), digest: z.string() }).nullable(),
  seed: z.number().nullable(),
  status: z.enum(runStatuses as readonly [RunStatus, ...RunStatus[]]),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  events: z.number().int().positive(),
  link: z.string(),
  sha256: z.string(),
});

/** Receipts are small; what is larger is something else. */
const receiptBytesMax = 64 * 1024;

/** The receipt of a run as it stood at its event `run.seq`. @throws RunledgerError `usage.bad-value` within an append */
export async function makeReceipt(ledger: Ledger, run: Run): Promise<Receipt> {
  const link = await ledger.linkAt(run.id, run.seq);
  if (link !== null) return receiptOf(run, link);
  const detail = `event ${run.seq} of run ${run.id} was appended together with the one after it; give a later event`;
  throw new RunledgerError("usage.bad-value", detail);
}

/** Reads a receipt. @throws RunledgerError `file.not-found`, `file.unreadable`, `usage.bad-value` if it is none */
export async function readReceipt(path: string): Promise<Receipt> {
  const text = await textOf(path);
  const parsed = receiptSchema.safeParse(text.length > receiptBytesMax ? null : parseOrNull(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new RunledgerError("usage.bad-value", `${path} is no receipt: ${where}${issue?.message}`);
}

/** What speaks against the receipt: it was changed, its run is not here, or its events are others by now. */
export async function* receiptFindings(ledger: Ledger, receipt: Receipt): AsyncGenerator<Finding> {
  const finding = (detail: string): Finding => ({ runId: receipt.run, position: null, kind: "receipt", detail });
  if (!(await isReceiptWhole(receipt))) yield finding("its sha256 is not that of its fields: the receipt was changed");
  if (await ledger.isDeleted(receipt.run)) {
    yield finding("the run was deleted here");
    return;
  }
  const run = await ledger.getRun(receipt.run);
  if (run === null) {
    yield finding("this ledger does not know the run");
    return;
  }
  let isDamaged = false;
  for await (const damage of ledger.verify({ runIds: [run.id] })) {
    isDamaged = true;
    yield damage;
  }
  if (run.seq < receipt.events) {
    yield finding(`events is ${receipt.events} in the receipt, ${run.seq} in the ledger`);
    return;
  }
  // Events that do not fold are told already, and there is nothing to compare.
  const then = await runAt(ledger, receipt).catch((error: unknown) => {
    if (isDamaged) return null;
    throw error;
  });
  const link = await ledger.linkAt(run.id, receipt.events);
  if (then === null) return;
  for (const { field, receipt: given, ledger: found } of receiptDifferences(
    receipt,
    await receiptOf(then, link ?? ""),
  )) {
    yield finding(`${field} is ${JSON.stringify(given)} in the receipt, ${JSON.stringify(found)} in the ledger`);
  }
}

/** The run as it stood when the receipt was made. */
async function runAt(ledger: Ledger, { run, events }: Receipt): Promise<Run | null> {
  return (await storyOf(ledger, run, ({ seq }) => seq <= events))?.run ?? null;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new RunledgerError("file.not-found", `${path} does not exist`, { data: { path } });
    throw new RunledgerError("file.unreadable", `${path}: ${message}`, { data: { path } });
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
