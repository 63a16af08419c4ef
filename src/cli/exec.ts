// `exec -- PROG ARGS…`: any program, isolated, limited and recorded. Its stdout, stderr and exit code are its own.

import { effectiveLimits } from "../core/limits.ts";
import type { CommandContent } from "../protocol/spec.ts";
import { oneLine } from "../views/columns.ts";
import type { Command, Context } from "./command.ts";
import { exitCodeOfExec } from "./exit-code.ts";
import type { OptionSpec } from "./options.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { isLeftToWorkers, queueRun } from "./queue-run.ts";
import { runnerEnv } from "./runner-env.ts";
import { laterStartOptions, queuedDefaults, readStartOptions, startOptions } from "./start-options.ts";
import { openWorker, type RunToStart, startRun } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

const options = {
  "clean-env": { type: "flag", help: "of the shell's environment only PATH, HOME and the like" },
  ...startOptions,
} as const satisfies Record<string, OptionSpec>;

export const execCommand: Command = {
  name: "exec",
  group: "Run",
  summary: "run any program: isolated, limited, recorded",
  usage: "exec -- COMMAND…",
  notes: `Options stand before the program; everything from the program's name on is the program's. Its stdout and
stderr are passed on, each up to limits.output_mib: of more its two ends, with a line between that says how much is
missing. Its exit code is exec's. docs/journal.md shows how it reports progress and scores.`,
  options,
  laterOptions: laterStartOptions,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  endsAtFirstOperand: true,
  run,
};

const subjectCharsMax = 120;

async function run(context: Context): Promise<number> {
  const planned = planProgram(context);
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    if (isLeftToWorkers(context)) return queueRun(ledger, planned, context);
    await using worker = await openWorker(ledger, context, 1);
    const { output } = context;
    const { story, isInterrupted } = await startRun({ ledger, worker, context, run: planned });
    const exitCode = exitCodeOfExec(story.run, isInterrupted);
    const resource = await printEnding({ ledger, story, context, exitCode, isFirst: true });
    if (output.isJson && !wantsJsonl(context)) output.json(resource);
    return exitCode;
  });
}

function planProgram({ operands, options: given, cwd, env }: Context): RunToStart {
  const choices = readStartOptions(given);
  const command: CommandContent = { argv: [...operands], cwd, cleanEnv: given.flag("clean-env") };
  // A script of many lines would look like lines of ours wherever the run is named.
  const subject = oneLine(`exec ${operands.join(" ")}`, subjectCharsMax);
  return {
    id: choices.id,
    queued: {
      ...queuedDefaults(),
      kind: "command",
      agent: null,
      name: choices.name,
      seed: null,
      labels: choices.labels,
      limits: effectiveLimits("command", choices.limits),
      retryPolicy: choices.retryPolicy,
      minScore: null,
    },
    content: { v: 1, kind: "command", id: subject, public: command, secret: {} },
    env: runnerEnv({ kind: "command", agent: null, subject: {} }, env),
  };
}
