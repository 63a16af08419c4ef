// How long one whole isolated run of the first benchmark takes, from queueing it to its visible ending, with a spare
// runner and without, against one bare start of Node; where the time goes; and the same as one command.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Assignment } from "../src/protocol/spec.ts";
import type { Control } from "../src/runner/control.ts";
import { runAssignment } from "../src/runner/run-assignment.ts";
import { type Children, followChildren } from "./children.ts";
import { bareNode, measureFsync } from "./machine.ts";
import { figureOf, pairedRatio, takeTurns, timed } from "./measure.ts";
import { benchmark001, benchmarkFile, openPlace, type Place, root } from "./place.ts";
import { type Report, type Row, row, short, spread } from "./report.ts";
import { type LedgerCall, watchLedger } from "./watched-ledger.ts";

/** The stages of a run in their order; each figure is milliseconds since the queueing began. */
const stages = {
  queued: "blob and queue commit (claimed in it)",
  read: "run and content read",
  firstLine: "runner taken, hand-over, first journal line",
  world: "world made",
  acted: "agent has acted",
  scored: "scored, finish record",
  exitSeen: "runner's exit seen",
  concluded: "journal read to its end, logs, ending committed",
  fileWritten: "session file written",
} as const;

type Stage = keyof typeof stages;
type Marks = Record<Stage, number>;

/** A run may take this much longer than the VM's own work, milliseconds. */
const overheadMsMax = 60;

export async function benchRun001({ rounds = 15 } = {}): Promise<Report[]> {
  using children = followChildren();
  const calls: LedgerCall[] = [];
  const watch: Parameters<typeof openPlace>[0]["watch"] = (ledger) => watchLedger(ledger, calls);
  await using cold = await openPlace({ spares: 0, keepsSpares: false, watch });
  await using warm = await openPlace({ spares: 1, keepsSpares: true, watch });
  const one = (place: Place) => async (): Promise<Marks> => {
    await children.untilIdle();
    calls.length = 0;
    return measureRun(place, { children, calls });
  };
  // What is loaded for the first time, here as in a server, is paid before.
  for (let round = 0; round < 2; round += 1) {
    for (const place of [cold, warm]) await one(place)();
    await benchmarkAlone();
  }
  const quiet = async (): Promise<number> => {
    await children.untilIdle();
    return bareNode();
  };
  const bare: number[] = [];
  const vm: number[] = [];
  const fsync: number[] = [];
  const marks = { cold: [] as Marks[], warm: [] as Marks[] };
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await quiet());
    marks.warm.push(await one(warm)());
    vm.push(await benchmarkAlone());
    marks.cold.push(await one(cold)());
    fsync.push(measureFsync(10));
  }
  const references = { bare, vm: figureOf(vm).median, fsync: figureOf(fsync).median };
  return [wholeReport(marks, references), stageReport(marks.warm, marks.cold)];
}

async function measureRun(place: Place, seen: { children: Children; calls: LedgerCall[] }): Promise<Marks> {
  const beginMs = performance.now();
  const runId = await place.queue(benchmark001());
  const queuedMs = performance.now();
  await place.toEnd(runId);
  const endMs = performance.now();
  const events = await place.ledger.readEvents(runId, 0, 1_000);
  const call = (name: string): LedgerCall => {
    const found = seen.calls.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the ledger was not asked for ${name}`);
    return found;
  };
  const find = (type: string, holds = "") => {
    const event = events.find((one) => one.type === type && JSON.stringify(one.data).includes(holds));
    if (event === undefined) throw new Error(`the run has no ${type}`);
    return event;
  };
  const at = (type: string, holds?: string): number => Date.parse(find(type, holds).at) - performance.timeOrigin;
  const marks: Marks = {
    queued: queuedMs,
    read: call("getBlob").endMs,
    firstLine: at("attempt.started"),
    world: at("run.progressed", "solana"),
    acted: at("agent.finished"),
    scored: at("run.progressed", "cleaning"),
    exitSeen: seen.children.endedMs(Number(find("attempt.started").data.pid)) ?? Number.NaN,
    concluded: call("conclude").endMs,
    fileWritten: endMs,
  };
  for (const stage of Object.keys(marks) as Stage[]) marks[stage] -= beginMs;
  return marks;
}

/** The benchmark in this process, where everything is loaded and warm: the work that a run cannot do without. */
function benchmarkAlone(): Promise<number> {
  const { kind, content, agent, minScore, limits, seed } = benchmark001();
  const { public: shown, secret, id } = content;
  const spec = {
    v: 1 as const,
    runId: "bench",
    attempt: 1,
    kind,
    subjectId: id,
    content: shown,
    agent,
    seed,
    minScore,
  };
  const assignment: Assignment = {
    v: 1,
    claimId: "bench",
    attemptDir: join(root, "bench", "no-such-attempt"),
    workDir: join(root, "bench", "no-such-folder"),
    endsAloneS: null,
    build: "bench",
    isSpare: false,
    containment: null,
    spec: { ...spec, limits },
    secret,
    env: {},
  };
  return timed(async () => {
    const finish = await runAssignment({ assignment, emit: async () => {}, control: calmControl });
    if (finish.outcome !== "completed") throw new Error(`the benchmark ended ${finish.outcome}`);
  });
}

/** Nobody asks for anything. */
const calmControl: Control = {
  state: () => "run",
  check: () => "run",
  graceMs: () => 0,
  limit: () => null,
  onChange: () => () => {},
  orphan: () => {},
  close: () => {},
};

function wholeReport(
  { warm, cold }: { warm: Marks[]; cold: Marks[] },
  { bare, vm, fsync }: { bare: number[]; vm: number; fsync: number },
): Report {
  const bareMs = figureOf(bare).median;
  const of = (marks: Marks[], stage: Stage) => marks.map((one) => one[stage]);
  const line = (what: string, values: number[]): Row => row(what, spread(figureOf(values)), pairedRatio(values, bare));
  const firstMax = 0.5 * bareMs + 4 * fsync;
  const wholeMax = vm + overheadMsMax;
  const first = line("queued to first line, spare", of(warm, "firstLine"));
  const whole = line("whole run, spare", of(warm, "concluded"));
  return {
    title: "one run of 001-sol-transfer, against one bare `node -e 0`",
    rows: [
      row("bare node, start to exit", spread(figureOf(bare)), 1),
      row("the benchmark alone, loaded and warm", `${short(vm)} ms`, vm / bareMs),
      {
        ...first,
        budget: {
          words: `<= 0.5 x bare node + 4 x fsync = ${short(firstMax)} ms`,
          isMet: figureOf(of(warm, "firstLine")).median <= firstMax,
        },
      },
      line("queued to first line, no spare", of(cold, "firstLine")),
      {
        ...whole,
        budget: {
          words: `<= VM work + ${overheadMsMax} ms = ${short(wholeMax)} ms`,
          isMet: figureOf(of(warm, "concluded")).median <= wholeMax,
        },
      },
      line("whole run, no spare", of(cold, "concluded")),
    ],
  };
}

function stageReport(warm: Marks[], cold: Marks[]): Report {
  const names = Object.keys(stages) as Stage[];
  const took = (marks: Marks[], index: number): number => {
    const [before, stage] = [names[index - 1], names[index]];
    return figureOf(marks.map((one) => one[stage as Stage] - (before === undefined ? 0 : one[before]))).median;
  };
  const rows = names.map((name, index) =>
    row(stages[name], `${short(took(warm, index))} ms with a spare, ${short(took(cold, index))} ms without`),
  );
  return { title: "where the time of that run goes (medians of each stage)", rows };
}

/** The whole command, as a person types it, in a folder of its own. */
export async function benchCommand({ rounds = 6 } = {}): Promise<Report[]> {
  const cwd = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  try {
    const command = [join(root, "bin/runledger.mjs"), "run", join(root, benchmarkFile)];
    const env = { ...process.env, RUNLEDGER_RUNNER: "dist" };
    const whole = () => timed(() => promisify(execFile)(process.execPath, command, { cwd, env }));
    await whole();
    const { bare, run } = await takeTurns(rounds, { bare: bareNode, run: whole });
    return [
      {
        title: "`runledger run benchmarks/001-sol-transfer.yml`, from the shell to its exit",
        rows: [
          row("bare node, start to exit", spread(figureOf(bare)), 1),
          row("the command", spread(figureOf(run)), pairedRatio(run, bare)),
        ],
      },
    ];
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
