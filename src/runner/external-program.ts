// Starts the program of an external agent for one task: contained like every program of a user's, in a folder of its
// own that is empty, with the few variables that it may see; and ends it, with all that it started.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { AgentTask, Hands } from "../agents/agent.ts";
import type { AgentCommand, AgentProgram, ProgramEnding } from "../agents/external.ts";
import { taskLine } from "../agents/external-protocol.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Door } from "../environments/environment.ts";
import { maskSecrets } from "../protocol/mask-secrets.ts";
import { type ContainedProgram, type ContainOptions, containProgram } from "./contain-program.ts";
import { teeLines } from "./external-output.ts";
import { findProgram } from "./find-program.ts";
import { recordOutput } from "./program-output.ts";

export type ExternalProgramOptions = {
  command: AgentCommand;
  runId: string;
  attempt: number;
  workDir: string;
  attemptDir: string;
  containment: ContainOptions["containment"];
  /** Absolute paths that it must not see, beside those of its command. */
  conceal: readonly string[];
  /** What it may see of the environment: handed over with the assignment, and the runner's own usual names. */
  env: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  outputMib: number | null;
  emit(type: string, data: Record<string, unknown>): Promise<void>;
  /** How long it gets between being asked to end and being ended, milliseconds. */
  graceMs(): number;
  /** Opens what else the world has for programs, while this one works. */
  openDoors(hands: Hands): Promise<Door>;
};

/** How long the tree may take to be gone after SIGKILL. */
const goneMsMax = 10_000;
/** How long it gets to end by itself when its stdin is closed. */
const partingMsMax = 500;
/** Of a prompt that is put into a variable, for which the kernel has a limit. */
const promptBytesMax = 64 * 1024;
/** How long output may come after the tree was seen gone. */
const drainMsMax = 1_000;
/** What it is told and has not read yet, bytes; one that reads nothing must not fill the runner's memory. */
const untoldBytesMax = 16 * 1024 * 1024;

/** The folder, in the attempt's work folder, that an external agent finds itself in. */
function agentFolder(workDir: string): string {
  return join(workDir, "agent");
}

/**
 * Starts the program and tells it the task.
 * @throws `program.not-found` if it cannot be started, `agent.program-failed` if it will not end.
 */
export async function startExternalProgram(
  options: ExternalProgramOptions,
  task: AgentTask,
  hands: Hands,
): Promise<AgentProgram> {
  const cwd = agentFolder(options.workDir);
  if (!existsSync(cwd)) mkdirSync(cwd, { recursive: true, mode: 0o700 });
  const { argv, conceal } = options.command;
  const found = findProgram(argv[0], { cwd, path: options.env.PATH });
  if ("fault" in found) throw new RunledgerError("program.not-found", `the agent's program: ${found.fault}`);
  const doors = await options.openDoors(hands);
  let program: ContainedProgram | null = null;
  try {
    program = await containProgram({
      ...{ argv, cwd, attemptDir: options.attemptDir, containment: options.containment },
      ...{ role: "agent", stdin: "pipe" },
      env: { ...options.env, ...promptIn(task), ...doors.env },
      conceal: { keep: options.workDir, hide: [...options.conceal, ...conceal] },
    });
    return await converseWith(program, { options, task, doors });
  } catch (error) {
    // Nobody else knows of a program that cannot be conversed with.
    await program?.end(goneMsMax).catch(() => {});
    await doors[Symbol.asyncDispose]();
    throw error;
  }
}

/** A script that speaks no protocol finds its task in a variable, unless that is longer than a variable may be. */
function promptIn({ prompt }: AgentTask): Record<string, string> {
  return Buffer.byteLength(prompt) > promptBytesMax || prompt.includes("\0") ? {} : { RUNLEDGER_PROMPT: prompt };
}

async function converseWith(
  program: ContainedProgram,
  { options, task, doors }: { options: ExternalProgramOptions; task: AgentTask; doors: Door },
): Promise<AgentProgram> {
  const mask = maskSecrets(options.secrets);
  const { lines, copy } = teeLines(program.stdout, mask);
  const output = await recordOutput({
    program: { stdout: copy, stderr: program.stderr },
    ...{ folder: options.attemptDir, mask, outputMib: options.outputMib, emit: options.emit },
    onFlood: () => void program.end(goneMsMax),
  });
  const { facts } = program;
  if (facts.containment === "sweep") {
    const message = `the agent's program is contained by sweep only, so its end cannot be confirmed: ${facts.why}`;
    await options.emit("log.written", { level: "warn", message });
  }
  // What it leaves in the background would hold its pipes open, and it is over with it.
  void program.exited.then(
    () => program.end(goneMsMax),
    () => {},
  );
  const tell = teller(program, () => {
    const message = `the agent's program has not read ${untoldBytesMax} bytes of what it was told, and is told no more`;
    options.emit("log.written", { level: "warn", message }).catch(() => {}); // a journal that fails shows elsewhere
  });
  const ended = endingOf(program, () => output.lastStderr());
  ended.catch(() => {}); // told to whoever waits for it
  let ending: Promise<void> | null = null;
  tell(taskLine(task, { runId: options.runId, attempt: options.attempt }));
  return {
    lines,
    tell,
    ended,
    end() {
      ending ??= endProgram(program, options.graceMs).finally(async () => {
        program.stdout.destroy();
        await output.finish(drainMsMax);
        await doors[Symbol.asyncDispose]();
      });
      return ending;
    },
  };
}

/**
 * Writes lines to the program; one that has gone, or reads nothing, hears nothing.
 * @param onUnheard Called once, for the first line that is dropped because too many are unread.
 */
function teller({ stdin }: ContainedProgram, onUnheard: () => void): (line: string) => void {
  let isTold = false;
  // A broken pipe is the program's end, which shows elsewhere.
  stdin?.on("error", () => {});
  return (line) => {
    if (stdin === null || !stdin.writable) return;
    if (stdin.writableLength <= untoldBytesMax) return void stdin.write(line);
    if (!isTold) onUnheard();
    isTold = true;
  };
}

async function endingOf(program: ContainedProgram, lastStderr: () => string): Promise<ProgramEnding> {
  try {
    const { code, signal } = await program.exited;
    // Its last words are evidence: they are in the pipe by now, and are waited for a moment.
    await Promise.race([streamEnd(program), wait(drainMsMax, undefined, { ref: false })]);
    return { code, signal, lastStderr: lastStderr() };
  } catch (error) {
    throw new RunledgerError("program.not-found", `the agent's program could not be started: ${String(error)}`);
  }
}

function streamEnd({ stderr }: ContainedProgram): Promise<void> {
  if (stderr.readableEnded || stderr.destroyed) return Promise.resolve();
  return new Promise((resolve) => stderr.once("end", resolve).once("close", resolve));
}

/** Closes its stdin, waits a moment, and asks it to end; what is left after the grace is killed, and its death is observed. */
async function endProgram(program: ContainedProgram, graceMs: () => number): Promise<void> {
  program.stdin?.end();
  const exited = program.exited.then(
    () => true,
    () => true,
  );
  const within = (ms: number) => Promise.race([exited, wait(ms, false, { ref: false })]);
  // The end of its stdin tells it, too: one that has said its last word is mostly gone by itself.
  const isGone = await within(Math.min(partingMsMax, graceMs() / 2));
  if (!isGone && (await program.signal("SIGTERM"))) await within(graceMs());
  const { leftAlive } = await program.end(goneMsMax);
  program.stdin?.destroy();
  if (leftAlive.length === 0) return;
  const left = leftAlive.map(({ pid, name, state }) => `${name} (${pid}, ${state})`).join(", ");
  const detail = `the agent's program is still alive ${goneMsMax / 1000} s after SIGKILL: ${left}`;
  throw new RunledgerError("agent.program-failed", detail);
}
