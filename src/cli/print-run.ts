// The live view of a run. `run`, `exec` and `watch` all show a run through this one function, and it reads nothing but
// the ledger (and a program's output): the process that makes a run knows no more of it than any other.

import { setTimeout as wait } from "node:timers/promises";
import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { eventLine } from "../views/event-line.ts";
import type { TimeStyle } from "../views/number-words.ts";
import { resultHeader, resultRow, runReport } from "../views/run-report.ts";
import { eventResource, type RunResource, runResource } from "../views/run-resource.ts";
import type { RunStory } from "../views/run-story.ts";
import { runHeader } from "../views/run-words.ts";
import { isPassingFault } from "../worker/passing-fault.ts";
import { ensureFilesOfEnd } from "../worker/write-trace-file.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Context } from "./command.ts";
import { followOutput, type OutputFollower } from "./follow-output.ts";
import { followRun } from "./follow-run.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { lookAt } from "./look.ts";
import { ledgerWords, shownPath } from "./paths.ts";
import { type RemoteView, remoteViewOf } from "./remote-view.ts";

const sessionLooks = 10;
const sessionLookMs = 100;

export type PrintOptions = {
  ledger: Ledger;
  runId: string;
  context: Context;
  signal: AbortSignal;
  /** Nothing up to this seq is shown: the earlier attempts of a run that is tried once more. 0 if not given. */
  afterSeq?: number;
  /** Called once, when it has been said which run this is. */
  onBegun?(): Promise<void>;
  /** Called about each second. */
  onLook?(run: Run): void | Promise<void>;
};

/** Shows a run from its first event, or the one after `afterSeq`, to its end, and returns its whole story. */
export async function printLive(options: PrintOptions): Promise<RunStory> {
  const { ledger, runId, context, signal, afterSeq = 0, onBegun, onLook } = options;
  const { output } = context;
  const isJsonl = wantsJsonl(context);
  const style: TimeStyle = output.isProgressTerminal ? "local" : "utc";
  const programs = new Programs(context, ledger, runId);
  const heartbeat = createHeartbeat(Date.now());
  if (isJsonl) output.json({ type: "launched", runId, ledger: ledger.url, pid: process.pid });
  const onEvent = async (event: LedgerEvent, story: RunStory): Promise<void> => {
    heartbeat.news(Date.now());
    if (isJsonl) output.json(eventResource(event));
    if (event.seq === afterSeq + 1) {
      output.progress(`ledger  ${ledgerWords(ledger, context)}\n${runHeader(story.run)}\n`);
      await onBegun?.();
    }
    await programs.onEvent(event, story.run);
    const line = eventLine(event, story.run, style);
    if (line !== null) output.progress(line);
  };
  try {
    return await followRun({
      ledger,
      runId,
      signal,
      afterSeq,
      onEvent,
      onLook: async (run) => {
        const sign = output.isProgressTerminal ? null : heartbeat.line(run, Date.now());
        if (sign !== null) output.progress(sign);
        await onLook?.(run);
      },
    });
  } finally {
    await programs.finish();
  }
}

/** What ends the view: the report for people, the row for a pipe, the resource for programs. */
export async function printEnding(options: {
  ledger: Ledger;
  story: RunStory;
  context: Context;
  exitCode: number;
  /** Rows share one header: the first prints it. */
  isFirst: boolean;
}): Promise<RunResource> {
  const { ledger, story, context, exitCode } = options;
  const { output } = context;
  const { run } = story;
  const session = await ensureFiles(ledger, run, context);
  const computed = await lookAt(ledger, run);
  const isChanged = await openChangedLook(ledger, context)(run);
  const resource = runResource(run, computed, session === null ? {} : { session }, isChanged);
  if (wantsJsonl(context)) output.json({ type: "done", run: resource, exitCode });
  if (output.isJson) return resource;
  // The stdout of a program's run is the program's own.
  const isProgram = run.kind === "command";
  const isForPeople = isProgram ? output.isProgressTerminal : output.isTerminal;
  const style: TimeStyle = isForPeople ? "local" : "utc";
  const shown = { computed, style, width: output.width, sessionPath: session, isChangedSince: isChanged === true };
  const report = ["", ...runReport(story, shown)].join("\n");
  if (isProgram) output.progress(report);
  else if (output.isTerminal) output.result(report);
  else output.result(options.isFirst ? `${resultHeader}\n${resultRow(run, session)}` : resultRow(run, session));
  return resource;
}

/** The files of an ended run; that there is no room for them is said, and changes neither the ending nor its exit code. */
async function ensureFiles(ledger: Ledger, run: Run, context: Context): Promise<string | null> {
  const remote = remoteViewOf(ledger);
  if (remote !== null) return sessionOfServer(remote, run);
  try {
    return shownPath(await ensureFilesOfEnd(ledger, run.id, context.env), context);
  } catch (error) {
    if (!isPassingFault(error)) throw error;
    context.output.warn(
      `(its session or trace file was not written: ${error instanceof Error ? error.message : String(error)})`,
    );
    return null;
  }
}

/** Whoever saw the end writes the session file a moment after it; where none is written, the wait is short. */
async function sessionOfServer({ client }: RemoteView, { id }: Run): Promise<string | null> {
  for (let looks = 0; ; looks += 1) {
    const { files } = await client.call("getRun", { params: { id } });
    if (files.session !== undefined || looks === sessionLooks) return files.session ?? null;
    await wait(sessionLookMs);
  }
}

/** Whether one JSON line an event was asked for. */
export function wantsJsonl({ options }: Context): boolean {
  return options.flag("jsonl");
}

/** Output of the programs of a run, attempt by attempt. */
class Programs {
  readonly #context: Context;
  readonly #ledger: Ledger;
  readonly #runId: string;
  #follower: OutputFollower | null = null;

  constructor(context: Context, ledger: Ledger, runId: string) {
    this.#context = context;
    this.#ledger = ledger;
    this.#runId = runId;
  }

  async onEvent(event: LedgerEvent, run: Run): Promise<void> {
    if (run.kind !== "command" || event.attempt === null) return;
    if (event.type === "attempt.ended") await this.finish();
    if (event.type !== "attempt.started") return;
    const { output } = this.#context;
    this.#follower = followOutput({
      ledger: this.#ledger,
      runId: this.#runId,
      attempt: event.attempt,
      // With --json stdout belongs to the one value.
      write: (stream, bytes) => output.bytes(output.isJson ? "stderr" : stream, bytes),
    });
  }

  /** Writes the rest of what the present attempt printed. */
  async finish(): Promise<void> {
    const follower = this.#follower;
    this.#follower = null;
    await follower?.finish();
  }
}
