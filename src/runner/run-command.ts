// Runs a user's program from start to end: contained, its output masked, counted and filed, its event file taken
// over, cancelled when asked; and says how it ended.

import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunError } from "../core/events.ts";
import { limitCode } from "../core/limit-code.ts";
import type { RunLimits } from "../core/limits.ts";
import { maskSecrets, type SecretMask } from "../protocol/mask-secrets.ts";
import { isEntryFailure } from "../protocol/program.ts";
import {
  type ContainedProgram,
  type ContainOptions,
  containProgram,
  type ProgramContainment,
  type ProgramExit,
} from "./contain-program.ts";
import type { Control } from "./control.ts";
import { type EventFile, type EventFileSummary, followEventFile } from "./event-file.ts";
import { findProgram } from "./find-program.ts";
import { floodFactor, type ProgramOutput, recordOutput } from "./program-output.ts";
import { type StopReason, StopSwitch } from "./stop-switch.ts";

/** What the program's end is asked of; see `Control`. */
export type CommandControl = Pick<Control, "state" | "graceMs" | "limit" | "onChange">;

export type CommandOptions = {
  argv: readonly [string, ...string[]];
  /** Where the program works. */
  cwd: string;
  /** The program's whole environment (`programEnvironment`); its RUNLEDGER_EVENTS must be `eventFile`. */
  env: Readonly<Record<string, string>>;
  /** Path of the event file; outside of the attempt folder. */
  eventFile: string;
  /** Where an earlier runner of this attempt stopped taking the event file. */
  eventsFrom?: { offset: number; line: number };
  /** Values by name that must not be recorded. */
  secrets: Readonly<Record<string, string>>;
  limits: Pick<RunLimits, "output_mib" | "event_kib">;
  /** For `program.json`, `stdout.log` and `stderr.log`. */
  attemptDir: string;
  /** How the program should be held; a namespace that cannot be had becomes `sweep`, with a warning. */
  containment: ContainOptions["containment"];
  /** Resolves when the event is in the journal. */
  emit(type: string, data: Record<string, unknown>): Promise<void>;
  control: CommandControl;
  /** Kills the program at once, without grace. */
  signal?: AbortSignal;
};

export type CommandResult = {
  outcome: "completed" | "failed" | "limit" | "cancelled" | "orphaned";
  /** How the program ended; null if it was never started. */
  exit: ProgramExit | null;
  error: RunError | null;
  /** What the program said of itself last, if it did. */
  score: number | null;
  passed: boolean | null;
  containment: ProgramContainment | null;
  output: Record<"stdout" | "stderr", { bytes: number; cutBytes: number }>;
  /** The last lines of stderr, masked. */
  lastStderr: string;
  events: EventFileSummary | null;
};

/** How long the tree may take to be gone after SIGKILL, before the result says what is left. */
const goneMsMax = 10_000;
/** How long output may come after the tree was seen gone; only an escaped process can hold a pipe that long. */
const drainMsMax = 1_000;

/** What a pause means to a program: it has no safe point that we could know of. */
const noPause = "a program cannot be paused; it goes on to its end";

/** Runs the program and resolves when it, and everything it started, has ended. */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const fault = startFault(options);
  if (fault !== null) return neverStarted(fault);
  await mkdir(join(options.eventFile, ".."), { recursive: true, mode: 0o700 });
  const mask = maskSecrets(options.secrets);
  await using events = await followEventFile({
    path: options.eventFile,
    lineBytesMax: (options.limits.event_kib ?? Number.POSITIVE_INFINITY) * 1024,
    mask,
    emit: options.emit,
    ...(options.eventsFrom === undefined ? {} : { from: options.eventsFrom }),
  });
  const program = await containProgram(options);
  try {
    return await superviseProgram(program, options, { mask, events });
  } catch (error) {
    if (isStartError(error)) return neverStarted(`${options.argv[0]} could not be started: ${error.message}`);
    throw error;
  } finally {
    // Also when the journal cannot be written: nothing of the program stays behind.
    await program.end(goneMsMax);
  }
}

async function superviseProgram(
  program: ContainedProgram,
  options: CommandOptions,
  { mask, events }: { mask: SecretMask; events: EventFile },
): Promise<CommandResult> {
  const stop = new StopSwitch({
    control: options.control,
    signal: options.signal,
    askToEnd: () => program.signal("SIGTERM"),
    kill: () => void program.end(goneMsMax),
    onPause: () => options.emit("log.written", { level: "warn", message: noPause }),
  });
  try {
    const output = await recordOutput({
      program,
      folder: options.attemptDir,
      mask,
      outputMib: options.limits.output_mib,
      emit: options.emit,
      onFlood: () => stop.kill("flood"),
    });
    if (program.facts.containment === "sweep") await warnOfSweep(options, program.facts.why);
    const exit = await program.exited;
    const reason = await stop.reason();
    const containment = await program.end(goneMsMax);
    await output.finish(drainMsMax);
    const taken = await events.finish();
    const { limits, argv, control } = options;
    return resultOf({ limits, argv, limit: control.limit(), exit, reason, containment, output, events: taken });
  } finally {
    stop.disarm();
  }
}

/** What the kernel says if it will not start a program, such as E2BIG. */
function isStartError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall?.startsWith("spawn") === true;
}

function startFault(options: CommandOptions): string | null {
  if (!statSync(options.cwd, { throwIfNoEntry: false })?.isDirectory()) return `${options.cwd} is no folder to work in`;
  const found = findProgram(options.argv[0], { cwd: options.cwd, path: options.env.PATH });
  return "fault" in found ? found.fault : null;
}

type End = {
  limits: CommandOptions["limits"];
  argv: CommandOptions["argv"];
  /** The limit that the supervisor found to be met. */
  limit: ReturnType<Control["limit"]>;
  exit: ProgramExit;
  reason: StopReason | null;
  containment: ProgramContainment;
  output: ProgramOutput;
  events: EventFileSummary;
};

function resultOf(end: End): CommandResult {
  const { exit, containment, output, events } = end;
  const lastStderr = output.lastStderr();
  const { outcome, error } = verdictOf(end, lastStderr);
  return {
    outcome,
    exit,
    error,
    score: events.score?.score ?? null,
    passed: events.score?.passed ?? null,
    containment,
    output: output.counts(),
    lastStderr,
    events,
  };
}

function verdictOf(end: End, lastStderr: string): Pick<CommandResult, "outcome" | "error"> {
  const { exit, reason, argv } = end;
  const evidence = { exit, lastStderr };
  if (reason === "flood") {
    const message = `${argv[0]} printed more than ${floodFactor} times the ${end.limits.output_mib} MiB of limits.output_mib`;
    return {
      outcome: "limit",
      error: { code: "limit.output", origin: "agent", message, limit: "output_mib", ...evidence },
    };
  }
  if (reason === "cancel" || reason === "abort") return { outcome: "cancelled", error: null };
  if (reason === "orphaned") return { outcome: "orphaned", error: null };
  if (reason === "limit") return { outcome: "limit", error: limitError(end.limit, evidence) };
  if (exit.code === 0) return { outcome: "completed", error: null };
  if (exit.code !== null && isNeverBegun(end.output, lastStderr)) {
    const message = `${argv[0]} could not be started: ${lastStderr}`;
    return { outcome: "failed", error: { code: "program.not-found", origin: "agent", message, ...evidence } };
  }
  const { code, how } =
    exit.signal === null
      ? { code: "program.exited", how: `exited with code ${exit.code}` }
      : { code: "program.killed", how: `was killed by ${exit.signal}, whose sender is unknown` };
  return { outcome: "failed", error: { code, origin: "agent", message: `${argv[0]} ${how}`, ...evidence } };
}

/** The supervisor's finding; it named the limit when it asked. */
function limitError(limit: End["limit"], evidence: Record<string, unknown>): RunError {
  const { name, message } = limit ?? { name: "unknown", message: "a limit was met" };
  return { code: limitCode(name), origin: "agent", message, limit: name, ...evidence };
}

/** Whether all that was ever printed is one complaint of the tools that should have started the program. */
function isNeverBegun(output: ProgramOutput, lastStderr: string): boolean {
  const { stdout, stderr } = output.counts();
  return stdout.bytes === 0 && stderr.bytes < 1024 && isEntryFailure(lastStderr) && !lastStderr.includes("\n");
}

function neverStarted(fault: string): CommandResult {
  const nothing = { bytes: 0, cutBytes: 0 };
  return {
    outcome: "failed",
    exit: null,
    error: { code: "program.not-found", origin: "agent", message: fault },
    score: null,
    passed: null,
    containment: null,
    output: { stdout: nothing, stderr: nothing },
    lastStderr: "",
    events: null,
  };
}

async function warnOfSweep(options: CommandOptions, why: string | null): Promise<void> {
  const message = `the program is contained by sweep only, so its end cannot be confirmed: ${why}`;
  await options.emit("log.written", { level: "warn", message });
}
