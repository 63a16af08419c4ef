// The files of an attempt folder. This file imports nothing, so that a booting runner can afford it.

/** Names of the files in an attempt folder. */
export const attemptFiles = {
  spec: "spec.json",
  runner: "runner.json",
  journal: "journal.jsonl",
  control: "control.jsonl",
  supervised: "supervised",
  watchdog: "watchdog.json",
  program: "program.json",
  stdout: "stdout.log",
  stderr: "stderr.log",
  /** What the runner process itself prints, apart from its program's output. */
  runnerOutput: "runner.log",
  artifacts: "artifacts",
  /** Where an earlier attempt stopped; given to a runner that goes on from there. */
  checkpoint: "checkpoint.bin",
  /** The checkpoint that this attempt left. */
  checkpointLeft: "artifacts/checkpoint.bin",
} as const;
