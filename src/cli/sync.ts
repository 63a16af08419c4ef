// `runledger sync`: reads the benchmark folders into the catalog, and says what is different from the last time.

import { RunledgerError } from "../core/errors.ts";
import type { Synced } from "../protocol/http-catalog-routes.ts";
import { recordScan, scopeOfFolders } from "../server/record-scan.ts";
import { scanFolders } from "../server/scan-folders.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { remoteViewOf } from "./remote-view.ts";
import { catalogFolders } from "./serve-ports.ts";
import { queuedDefaults } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";

export const syncCommand: Command = {
  name: "sync",
  group: "Keep",
  summary: "reads the benchmark folders: what was added, changed, removed, failed",
  usage: "sync [FOLDER…]",
  notes: `Without a FOLDER: those that the configuration names, else benchmarks/. What changed is recorded, so that the next
sync, and every server, knows what was there. Through a server its own folders are read. Exit 1 if a file could not
be read.`,
  readsConfig: true,
  isRemote: true,
  options: {},
  operands: { min: 0, max: 1_000 },
  run,
};

async function run(context: Context): Promise<number> {
  const { operands, cwd } = context;
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    const remote = remoteViewOf(ledger);
    if (remote !== null && operands.length > 0) {
      throw new RunledgerError("usage.not-remote", "a server reads the folders that it was started with; name none");
    }
    if (remote !== null) return tell(await remote.client.call("sync"), context);
    const folders = catalogFolders(context, operands);
    if (folders.length === 0) {
      throw new RunledgerError("usage.missing-argument", "there is no folder benchmarks/ here; name one: sync FOLDER");
    }
    const of = { scope: scopeOfFolders(folders, cwd), who: queuedDefaults().who, actor: "cli" };
    return tell(await recordScan(ledger, await scanFolders(folders, cwd), of), context);
  });
}

function tell({ added, changed, removed, unchanged, failed }: Synced, { output }: Context): number {
  const exitCode = failed.length === 0 ? exitCodes.ok : exitCodes.failed;
  if (output.isJson) {
    output.json({ added, changed, removed, unchanged, failed });
    return exitCode;
  }
  const rows = [
    ...added.map((id) => ["added", id, ""]),
    ...changed.map((id) => ["changed", id, ""]),
    ...removed.map((id) => ["removed", id, ""]),
    ...failed.map(({ file, code, detail }) => ["failed", file, `${code}: ${detail}`]),
  ];
  if (output.isTerminal) output.result([...alignColumns(rows), `${unchanged} unchanged`].join("\n"));
  else {
    output.result([["change", "benchmark", "detail"], ...rows].map(tabRow).join("\n"));
    output.progress(`${unchanged} unchanged`);
  }
  return exitCode;
}
