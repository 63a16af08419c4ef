// Which runs a command is about: options that `ls` and `prune` share.

import { RunledgerError } from "../core/errors.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import type { Command, Context } from "./command.ts";

export const filterOptions = {
  status: { type: "text", value: "S", repeatable: true, help: runStatuses.join(", ") },
  agent: { type: "text", value: "A", help: "of this agent only" },
  subject: { type: "text", value: "ID", help: "of this benchmark only" },
  experiment: { type: "text", value: "E", help: "of this experiment only" },
  label: { type: "text", value: "K=V", help: "with this label only" },
} satisfies Command["options"];

/** All but the experiment, which takes a look at the ledger. @throws RunledgerError `usage.bad-value` */
export function readFilter({ options }: Pick<Context, "options">): RunFilter {
  const statuses = options
    .texts("status")
    .flatMap((text) => text.split(","))
    .map(readStatus);
  const [agent, subject, label] = [options.text("agent"), options.text("subject"), options.text("label")];
  return {
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(agent === null ? {} : { agent }),
    ...(subject === null ? {} : { subject }),
    ...(label === null ? {} : { label: readLabel(label) }),
  };
}

/** The experiment of the option, by its id or the end of it; null if none is asked for. */
export async function readExperiment(ledger: Ledger, { options }: Pick<Context, "options">) {
  const words = options.text("experiment");
  if (words === null) return null;
  const { findExperiment } = await import("./find-experiment.ts");
  return findExperiment(ledger, words);
}

function readStatus(text: string): RunStatus {
  const name = text.replace("-", "_");
  const status = runStatuses.find((known) => known === name);
  if (status !== undefined) return status;
  throw new RunledgerError(
    "usage.bad-value",
    `there is no status ${JSON.stringify(text)}${didYouMean(name, runStatuses)}`,
    {
      data: { name: text, nearest: nearestNames(name, runStatuses) },
    },
  );
}

function readLabel(text: string): { key: string; value: string } {
  const at = text.indexOf("=");
  if (at < 1) throw new RunledgerError("usage.bad-value", `--label takes KEY=VALUE, not ${JSON.stringify(text)}`);
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
