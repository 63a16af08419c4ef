// Where a world may keep files and run programs: the attempt's work folder, and programs that are contained, limited and
// masked like a user's own. What tells the ground truth is put out of their sight.

import type { Readable } from "node:stream";
import { RunledgerError } from "../core/errors.ts";
import type { ProgramEnd, WorkPlace } from "../environments/environment.ts";
import { maskSecrets, type SecretMask } from "../protocol/mask-secrets.ts";
import { type ContainedProgram, type ContainOptions, containProgram } from "./contain-program.ts";
import { findProgram } from "./find-program.ts";

export type PlaceOptions = {
  /** Absolute path of the work folder. */
  workDir: string;
  attemptDir: string;
  containment: ContainOptions["containment"];
  /** Absolute paths that programs must not see; what is not there is no matter. */
  conceal: readonly string[];
  secrets: Readonly<Record<string, string>>;
  outputMib: number | null;
};

/** How long a tree may take to be gone after SIGKILL. */
const goneMsMax = 10_000;
/** Kept of each end of a stream. */
const keptBytes = 32 * 1024;
const mib = 1024 * 1024;

/** Runs a program of a world; see `WorkPlace`. */
export async function runInPlace(options: PlaceOptions, asked: Parameters<WorkPlace["run"]>[0]): Promise<ProgramEnd> {
  const { argv, cwd, env, timeoutMs, signal, network = "inherit" } = asked;
  const { attemptDir, containment, workDir, conceal, secrets, outputMib } = options;
  const found = findProgram(argv[0], { cwd, path: env.PATH });
  if ("fault" in found) return neverStarted(found.fault);
  const program = await containProgram({
    ...{ argv, cwd, env, attemptDir, containment, network },
    conceal: { keep: workDir, hide: conceal },
  });
  try {
    return await superviseProgram(program, { mask: maskSecrets(secrets), timeoutMs, signal, outputMib });
  } finally {
    await endWholly(program);
  }
}

async function superviseProgram(
  program: ContainedProgram,
  options: { mask: SecretMask; timeoutMs: number; signal: AbortSignal | undefined; outputMib: number | null },
): Promise<ProgramEnd> {
  let stoppedFor: ProgramEnd["stoppedFor"] = null;
  const stop = (why: NonNullable<ProgramEnd["stoppedFor"]>) => {
    stoppedFor ??= why;
    void program.end(goneMsMax);
  };
  const onAbort = () => stop("signal");
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop("time"), options.timeoutMs);
  const gauge = floodGauge(options.outputMib, () => stop("flood"));
  const outputs = [program.stdout, program.stderr].map((stream) => keepEnds(stream, options.mask, gauge));
  try {
    const exit = await program.exited;
    // What it left in the background would hold its pipes open for ever.
    await endWholly(program);
    const [stdout = "", stderr = ""] = await Promise.all(outputs);
    return { exitCode: exit.code, signal: exit.signal, stdout, stderr, stoppedFor };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
    program.stdout.destroy();
    program.stderr.destroy();
  }
}

/** Ends whatever the program left. @throws `environment.failed` if it cannot be ended: nothing may be scored beside it. */
async function endWholly(program: ContainedProgram): Promise<void> {
  const { leftAlive } = await program.end(goneMsMax);
  if (leftAlive.length === 0) return;
  const left = leftAlive.map(({ pid, name, state }) => `${name} (${pid}, ${state})`).join(", ");
  throw new RunledgerError("environment.failed", `still alive ${goneMsMax / 1000} s after SIGKILL: ${left}`);
}

function floodGauge(outputMib: number | null, onFlood: () => void): (bytes: number) => void {
  const most = outputMib === null ? Number.POSITIVE_INFINITY : outputMib * mib;
  let seen = 0;
  return (bytes) => {
    seen += bytes;
    if (seen > most) onFlood();
  };
}

/** The stream's text without secrets, and without its middle if it is long. */
async function keepEnds(stream: Readable, mask: SecretMask, gauge: (bytes: number) => void): Promise<string> {
  const masked = mask.stream();
  let [head, tail] = [Buffer.alloc(0), Buffer.alloc(0)];
  let cut = 0;
  const take = (bytes: Buffer): void => {
    const room = keptBytes - head.length;
    head = Buffer.concat([head, bytes.subarray(0, room)]);
    const rest = Buffer.concat([tail, bytes.subarray(room)]);
    cut += Math.max(0, rest.length - keptBytes);
    tail = rest.subarray(-keptBytes);
  };
  try {
    for await (const chunk of stream) {
      gauge((chunk as Buffer).length);
      take(masked.push(chunk as Buffer));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
  take(masked.end());
  return `${head}${cut === 0 ? "" : `\n… ${cut} bytes left out …\n`}${tail}`;
}

/** As a shell would say it, so that an agent knows what to do about it. */
function neverStarted(fault: string): ProgramEnd {
  return { exitCode: 127, signal: null, stdout: "", stderr: `${fault}\n`, stoppedFor: null };
}
