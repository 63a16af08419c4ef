// `runledger import`: takes attempt folders and exported events of runs that this ledger does not know, and says of each
// run what became of it.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { shortId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { type ImportResult, importAttempts } from "../worker/import-attempts.ts";
import { importEvents } from "../worker/import-events.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { withLedger } from "./with-ledger.ts";

export const importCommand: Command = {
  name: "import",
  group: "Keep",
  summary: "attempt folders, or files of export --format jsonl; makes a lost ledger anew",
  usage: "import PATH…",
  options: {},
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: runImport,
};

async function runImport(context: Context): Promise<number> {
  const { operands, output, cwd } = context;
  const paths = operands.map((path) => resolve(cwd, path));
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    output.progress(`ledger ${ledger.url}`);
    const results: ImportResult[] = [];
    for await (const result of importAll(ledger, paths)) {
      results.push(result);
      output.progress(`${result.runId ?? result.folder}: ${result.result} (${result.why})`);
    }
    if (output.isJson) output.json({ ledger: ledger.url, ...countsOf(results), runs: results });
    else output.result(table(results, output.isTerminal));
    return results.every(({ result }) => result === "taken" || result === "known") ? exitCodes.ok : exitCodes.failed;
  });
}

async function* importAll(ledger: Ledger, paths: readonly string[]): AsyncGenerator<ImportResult> {
  const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  const folders = paths.filter((path) => !files.includes(path));
  if (folders.length > 0) yield* importAttempts(ledger, folders);
  for (const file of files) yield* importEvents(ledger, file);
}

function countsOf(results: readonly ImportResult[]) {
  const count = (wanted: ImportResult["result"]) => results.filter(({ result }) => result === wanted).length;
  return { taken: count("taken"), known: count("known"), alive: count("alive"), refused: count("refused") };
}

function table(results: readonly ImportResult[], isTerminal: boolean): string {
  const rows = results.map(({ runId, folder, result, status, attempts, why }) => {
    const name = runId === null ? folder : isTerminal ? shortId(runId) : runId;
    return [name, result, status ?? "", String(attempts), why];
  });
  if (!isTerminal) return [["run", "result", "status", "attempts", "why"], ...rows].map(tabRow).join("\n");
  const { taken, known, alive, refused } = countsOf(results);
  const sum = `${taken} taken · ${known} known · ${alive} alive · ${refused} refused`;
  return [...alignColumns([["RUN", "RESULT", "STATUS", "ATTEMPTS", "WHY"], ...rows]), "", sum].join("\n");
}
