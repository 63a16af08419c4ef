// Opens the ledger for a command, settles what dead processes of this host left behind, and closes it again: whatever
// a command shows or does is done on a ledger in which nobody who is gone still counts as working.

import { RunledgerError } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { type Settled, settle } from "../worker/settle.ts";
import type { Context } from "./command.ts";
import { findLedger, ledgerNotFound } from "./find-ledger.ts";

export type LedgerUse = {
  /**
   * `read` and `supervise` refuse where there is no ledger; `write` makes one. Who may come to supervise a run, as with
   * `write`, keeps a reserve for a full disk.
   */
  purpose: "read" | "supervise" | "write";
};

/** Does the work on the opened and settled ledger. @throws RunledgerError `ledger.*` */
export async function withLedger<T>(
  context: Context,
  use: LedgerUse,
  work: (ledger: Ledger, settled: Settled) => Promise<T>,
): Promise<T> {
  const { env, cwd } = context;
  if (context.options.text("url") !== null) return withServer(context, work);
  const wanted = { option: context.options.text("ledger"), env, cwd };
  const place = findLedger(wanted);
  const mustExist = use.purpose !== "write";
  if (mustExist && !place.exists) throw ledgerNotFound(place, wanted);
  const opening = openLedger({ url: place.url, mustExist, ballast: use.purpose !== "read", cwd, env });
  await using ledger = await tellingOfWait(opening, context);
  const settled = await settle(ledger);
  for (const notice of ledger.notices) context.output.warn(`(${notice})`);
  for (const { runId, why } of settled.unsettled) {
    context.output.warn(`(could not settle ${shortId(runId)}: ${why})`);
  }
  if (settled.concluded.length > 0) context.output.progress(concludedLine(settled.concluded));
  return await work(ledger, settled);
}

/** After this long, milliseconds, people are told what they wait for: a lock is waited for 30 s before it is an error. */
const patienceMs = 3_000;

async function tellingOfWait<T>(work: Promise<T>, { output }: Pick<Context, "output">): Promise<T> {
  const tell = () => output.progress("(waiting for the ledger: it is slow to answer, or another process holds it)");
  const timer = setTimeout(tell, patienceMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** The same on a ledger behind a server, whose workers settle what is to be settled. */
async function withServer<T>(context: Context, work: (ledger: Ledger, settled: Settled) => Promise<T>): Promise<T> {
  const { openRemoteLedger, remoteClient } = await import("./remote-ledger.ts");
  const client = remoteClient(context);
  if (client === null) throw new RunledgerError("internal.bug", "a server was asked for and is not named");
  await using ledger = await openRemoteLedger(client);
  return await work(ledger, { concluded: [], unsupervised: [], linesTaken: new Map(), unsettled: [] });
}

/** `(concluded 1 attempt whose supervisor and process are gone: f00d51e7)` */
function concludedLine(runIds: readonly string[]): string {
  const count = runIds.length === 1 ? "1 attempt" : `${runIds.length} attempts`;
  const whose = runIds.length === 1 ? "supervisor and process are" : "supervisors and processes are";
  return `(concluded ${count} whose ${whose} gone: ${runIds.map(shortId).join(", ")})`;
}
