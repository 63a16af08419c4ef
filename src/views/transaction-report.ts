// One transaction as a block of lines: what it did, to whom, what it cost, and what its programs logged.

import { valueWords } from "./call-words.ts";
import { middleCut, oneLine } from "./columns.ts";
import { plain } from "./number-words.ts";
import type { Transaction } from "./run-story.ts";
import { tone } from "./tone.ts";

/** What a decoded instruction looks like in the event; what an environment leaves out is not shown. */
type Instruction = {
  program?: string;
  programId?: string;
  name?: string | null;
  accounts?: { name?: string | null; address?: string; signer?: boolean; writable?: boolean }[];
  args?: Record<string, string>;
  depth?: number;
};

const logLinesMax = 60;

/** The block of transaction `number` of `count`; long names are cut unless `isWhole`. */
export function transactionReport(
  transaction: Transaction,
  { number, count, isWhole }: { number: number; count: number; isWhole: boolean },
): string[] {
  const { signature, status, landed, computeUnits, feeLamports, error, logs } = transaction;
  const limit = transaction.computeUnitLimit;
  const units =
    typeof limit === "number" ? `${plain(computeUnits)} of ${plain(limit)} CU` : `${plain(computeUnits)} CU`;
  const shown = isWhole ? signature : middleCut(signature, 16, 8);
  const outcome = status === "success" ? "Success" : tone("bad", landed ? "Failure" : "Failure (not sent)");
  const shownLogs = isWhole ? logs : logs.slice(0, logLinesMax);
  const hidden = logs.length - shownLogs.length;
  return [
    `  Transaction ${number} of ${count}   ${shown}   ${outcome}   ${units}   fee ${feeLamports}`,
    ...(error === null ? [] : [`    ${tone("bad", `error ${oneLine(error)}`)}`]),
    ...transaction.instructions.map((one) => instructionLine(one as Instruction)),
    ...shownLogs.map((line) => `    log  ${tone("dim", oneLine(line))}`),
    ...(hidden > 0 ? [`    log  … ${hidden} more lines: show --tx ${number}`] : []),
  ];
}

function instructionLine({ program, programId, name, accounts = [], args = {}, depth = 1 }: Instruction): string {
  const what = name == null ? "unknown instruction" : oneLine(name);
  const values = Object.entries(args).map(([key, value]) =>
    key === "lamports" ? `${value} lamports` : `${key} ${valueWords(value)}`,
  );
  const roles = accounts.map((account) => {
    const marks = [...(account.signer ? ["signer"] : []), ...(account.writable ? ["writable"] : [])];
    const shown = account.name ?? account.address ?? "?";
    return marks.length === 0 ? shown : `${shown} (${marks.join(", ")})`;
  });
  const head = `${oneLine(program ?? programId ?? "?")}: ${[what, ...values].join(" ")}`;
  return `    ${"  ".repeat(Math.max(0, depth - 1))}${[head, roles.join(" → ")].filter((part) => part !== "").join("   ")}`;
}
