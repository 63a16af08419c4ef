// Faults that pass: a full disk, a ledger that another process holds or whose folder is moved away, too many open files.
// What was to be done is tried again, and no run is lost to them.

import { RunledgerError } from "../core/errors.ts";

const ledgerCodes = ["ledger.disk-full", "ledger.busy", "ledger.failed", "ledger.unreachable", "ledger.moved"];
const systemCodes = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO"];

/** True for what may go well at the next try. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof RunledgerError) return ledgerCodes.includes(error.code);
  return systemCodes.includes((error as NodeJS.ErrnoException | null)?.code ?? "");
}

/** Does the work; false if a passing fault was in its way. */
export async function orPassingFault(work: () => void | Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isPassingFault(error)) return false;
    throw error;
  }
}
