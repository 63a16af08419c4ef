// Locks of network and FUSE file systems cannot be trusted, so a ledger does not lie on one.

import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { RunledgerError } from "../core/errors.ts";

/** Magic numbers of statfs(2). */
const badDisks: Record<number, string> = {
  26985: "NFS",
  4283649346: "CIFS",
  4266872130: "SMB",
  20859: "SMB",
  16914839: "9p",
  1702057286: "FUSE",
};

/** @throws RunledgerError `ledger.bad-disk`, unless `RUNLEDGER_FORCE_DISK=1` */
export function refuseBadDisk(folder: string, env: NodeJS.ProcessEnv, typeOf = diskType): void {
  const kind = badDisks[typeOf(folder)];
  if (kind === undefined || env.RUNLEDGER_FORCE_DISK === "1") return;
  throw new RunledgerError("ledger.bad-disk", `${folder} lies on a disk of the kind ${kind}`, {
    data: { folder, kind },
  });
}

/** Of the folder, or of the nearest one above it that exists. */
function diskType(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  return statfsSync(existing).type >>> 0;
}
