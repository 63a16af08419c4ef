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

/** Where the facts of a program lie; one that lives beside others has a role, in small letters, digits and `-`. */
export function programFile(role?: string): string {
  return role === undefined ? attemptFiles.program : `program-${role}.json`;
}

/** True for the name of a file that `programFile` gives. */
export function isProgramFile(name: string): boolean {
  return /^program(-[a-z0-9-]+)?\.json$/.test(name);
}
