// `runledger export`: runs in the formats of other tools, to stdout or into a file.

import { resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { parseRunName, shortId } from "../core/ids.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, RunPage } from "../ledger/ledger.ts";
import { type ExportedRun, type ExportFormat, exportFormats, exportRuns } from "../views/export-runs.ts";
import { counted } from "../views/number-words.ts";
import { changedWords } from "../views/run-report.ts";
import { eventsOfRun } from "../worker/events-of-run.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRun } from "./find-run.ts";
import { shownPath } from "./paths.ts";
import { withLedger } from "./with-ledger.ts";
import { textOf, toFile, toStdout } from "./write-export.ts";

export const exportCommand: Command = {
  name: "export",
  group: "Keep",
  summary: "runs in other formats  (--format session|jsonl|csv|otlp|junit|github)",
  usage: "export ID…",
  notes: `An ID names a run or a whole experiment. docs/exports.md says what each format holds. With --json a session is
itself the one value; the others come as {format, runs, out, text}, without text if --out FILE takes it. Of a run
that is named and whose benchmark's file holds something else by now it is said on stderr; no export holds that.`,
  options: {
    format: { type: "text", value: "FORMAT", help: `${exportFormats.join(", ")}; default: session` },
    out: { type: "text", value: "FILE", help: "into this file instead of stdout; whole, or not at all" },
  },
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: runExport,
};

/** Where GitHub Actions wants a step's summary; steps add to it. */
const summaryVariable = "GITHUB_STEP_SUMMARY";

async function runExport(context: Context): Promise<number> {
  const { operands, options, output, env } = context;
  const format = readFormat(options.text("format"));
  const out = options.text("out") ?? (format === "github" ? env[summaryVariable] || null : null);
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    // Every name is looked up before the first byte is written.
    const named: Named[] = [];
    for (const words of operands) named.push(await whatIsNamed(ledger, words));
    await tellOfChanges(ledger, named, context);
    const runs: string[] = [];
    const exported = async function* (): AsyncGenerator<ExportedRun> {
      for await (const run of runsOf(ledger, named)) {
        runs.push(run.id);
        yield { run, events: () => eventsOfRun(ledger, run) };
      }
    };
    const text = exportRuns(format, exported());
    if (out === null && output.isJson) {
      const whole = await textOf(text);
      output.json(format === "session" ? JSON.parse(whole) : { format, runs, out: null, text: whole });
      return exitCodes.ok;
    }
    if (out === null) await toStdout(text, context);
    else await toFile(text, { out, isAdded: format === "github", context });
    const shown = out === null ? null : shownPath(resolve(context.cwd, out), context);
    if (output.isJson) output.json({ format, runs, out: shown });
    else if (shown !== null) output.progress(`${counted(runs.length, "run")} as ${format}: ${shown}`);
    return exitCodes.ok;
  });
}

function readFormat(text: string | null): ExportFormat {
  const name = text ?? "session";
  const format = exportFormats.find((known) => known === name);
  if (format !== undefined) return format;
  const detail = `there is no format ${JSON.stringify(name)}${didYouMean(name, exportFormats)}`;
  throw new RunledgerError("usage.bad-value", `${detail}; there are ${exportFormats.join(", ")}`, {
    data: { name, nearest: nearestNames(name, exportFormats) },
  });
}

/** A run, or an experiment for all of its runs. */
type Named = { run: Run } | { experimentId: string };

const experimentsMax = 2;

/** What the words mean. @throws RunledgerError as `findRun` does, also where they fit a run and an experiment */
async function whatIsNamed(ledger: Ledger, words: string): Promise<Named> {
  const name = parseRunName(words);
  const experiments =
    name.by === "id"
      ? (await ledger.getExperiment(name.id)) === null
        ? []
        : [name.id]
      : name.by === "tail"
        ? await ledger.findExperiments(name.tail, experimentsMax)
        : [];
  const [experimentId] = experiments;
  if (experimentId === undefined) return { run: await findRun(ledger, words) };
  const runs = name.by === "tail" ? await ledger.findRuns(name.tail, 1) : [];
  const candidates = [...runs, ...experiments];
  if (candidates.length === 1) return { experimentId };
  throw new RunledgerError(
    "run.ambiguous",
    `several runs and experiments end with ${words}: ${candidates.join(", ")}`,
    {
      data: { candidates },
    },
  );
}

/** Says of which runs the benchmark is another by now. An experiment may be of thousands of files: `ls` tells of its runs. */
async function tellOfChanges(ledger: Ledger, named: readonly Named[], context: Context): Promise<void> {
  const lookForChange = openChangedLook(ledger, context);
  const told = new Set<string>();
  for (const one of named) {
    if (!("run" in one) || told.has(one.run.id)) continue;
    const { id, subject } = one.run;
    told.add(id);
    if ((await lookForChange(one.run)) === true)
      context.output.progress(`${shortId(id)}: ${subject.id} ${changedWords}`);
  }
}

/** The runs in the order in which they were named, those of an experiment as they were planned; each once. */
async function* runsOf(ledger: Ledger, named: readonly Named[]): AsyncGenerator<Run> {
  const seen = new Set<string>();
  const isNew = ({ id }: Run): boolean => {
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  };
  for (const one of named) {
    if ("run" in one) {
      if (isNew(one.run)) yield one.run;
      continue;
    }
    let pageToken: string | null = null;
    do {
      const page: RunPage = await ledger.listRuns(one, { order: "oldest", pageToken });
      yield* page.runs.filter(isNew);
      pageToken = page.nextToken;
    } while (pageToken !== null);
  }
}
