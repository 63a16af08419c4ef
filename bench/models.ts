// What a model's run costs beside the model itself: the time between an answer and the next question, and how close many
// runs at once come to what their models alone would take.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import { effectiveLimits } from "../src/core/limits.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { figureOf, timed } from "./measure.ts";
import { benchmark001, openPlace, type Place } from "./place.ts";
import { type Report, row, short, spread } from "./report.ts";

/** Beside the model's own time, for each turn. */
const turnMsMax = 10;
/** Of the throughput that the models alone would allow. */
const shareMin = 0.9;

export async function benchModels(): Promise<Report[]> {
  return [await oneLoop(), await manyAtOnce()];
}

type SlowModel = AsyncDisposable & { env: Record<string, string> };

async function startSlowModel(of: { delayMs: number; turns: number; tool: string }): Promise<SlowModel> {
  const program = fileURLToPath(new URL("slow-model.ts", import.meta.url));
  const args = [program, String(of.delayMs), String(of.turns), of.tool];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), "line")) as [
    string,
  ];
  return {
    env: JSON.parse(line) as Record<string, string>,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.stdin?.end();
      await ended;
    },
  };
}

/**
 * The turns of a Solana run, with all its tools offered: from one question to the next. The model's own time is what a
 * bare request to it takes, before the run and after it: both meet the same machine.
 */
export async function oneLoop({ turns = 60, delayMs = 50 } = {}): Promise<Report> {
  await using model = await startSlowModel({ delayMs, turns, tool: "get_balance" });
  await using place = await openPlace({ spares: 1, keepsSpares: false });
  const limits = effectiveLimits("benchmark", { turns: turns + 1, tool_calls: turns + 1 });
  const runId = await place.queue({ ...benchmark001(), agent: agentIdentity("glm-4.6"), limits });
  const before = await bareRequests(model, turns / 2);
  await toEnd(place, runId, model);
  const bare = figureOf([...before, ...(await bareRequests(model, turns / 2))]);
  const asked = await timesOf(place.ledger, runId, "model.requested");
  const took = asked.slice(1).map((at, index) => at - (asked[index] ?? at));
  // The first ones also load what the others find loaded.
  const turn = figureOf(took.slice(5));
  const overhead = turn.median - bare.median;
  const budget = { words: `<= ${turnMsMax} ms`, isMet: overhead <= turnMsMax };
  return {
    title: `${turns} turns of a model that takes ${delayMs} ms, with the tools of solana`,
    rows: [
      row("a bare request", spread(bare), 1),
      row("a turn: request, record, tool, record", spread(turn), turn.median / bare.median),
      { ...row("the turn beside the model", `${short(overhead)} ms`), budget },
      row("the first turn, which loads the provider's package", `${short(took[0] ?? Number.NaN)} ms`),
    ],
  };
}

/**
 * All runs begin at once, in runners that were booted before. What their models alone would take is measured with as
 * many bare clients at once, since a busy machine makes the model that plays here slower than it was told to be.
 * Beginning and ending are in the figure of the runs: processes, worlds, scores and the ledger.
 */
export async function manyAtOnce({ runs = 200, turns = 30, delayMs = 1_000 } = {}): Promise<Report> {
  await using model = await startSlowModel({ delayMs, turns, tool: "look" });
  await using place = await openPlace({ spares: runs, keepsSpares: false });
  await allQuiet(runs);
  const text =
    "description: d\nprompt: Say something.\nground_truth: {answer_assertions: [{type: Equals, value: Done.}]}\n";
  const benchmark = parseBenchmark(text, "bench.yml");
  const limits = effectiveLimits("benchmark", { turns: turns + 1, tool_calls: turns + 1 });
  const what = {
    ...{ kind: "benchmark" as const, content: contentOfBenchmark(benchmark), agent: agentIdentity("glm-4.6") },
    ...{ minScore: benchmark.groundTruth.min_score, limits, seed: 7 },
  };
  const bareMs = await timed(() => Promise.all(Array.from({ length: runs }, () => bareRequests(model, turns))));
  const runIds = await Promise.all(Array.from({ length: runs }, () => place.queue(what)));
  const allMs = await timed(() => Promise.all(runIds.map((runId) => toEnd(place, runId, model))));
  const talks: number[] = [];
  for (const runId of runIds) {
    const [first = 0] = await timesOf(place.ledger, runId, "model.requested");
    talks.push(((await timesOf(place.ledger, runId, "model.answered")).at(-1) ?? 0) - first);
  }
  const talk = figureOf(talks.map((ms) => ms / 1000));
  const share = bareMs / allMs;
  const budget = { words: `>= ${shareMin} x the ideal`, isMet: share >= shareMin };
  return {
    title: `${runs} runs at once, ${turns} turns each, of a model that takes ${delayMs} ms`,
    rows: [
      row("if only the models took time, and no time of the machine", `${short((turns * delayMs) / 1000)} s`),
      row("bare clients, as many at once", `${short(bareMs / 1000)} s`, 1),
      row("a run, from its first question to its last answer", spread(talk, "s"), bareMs / 1000 / talk.median),
      { ...row("all runs, from the hand-over to the last ending", `${short(allMs / 1000)} s`, share), budget },
    ],
  };
}

async function toEnd({ worker }: Place, runId: string, { env }: SlowModel): Promise<void> {
  const { ZAI_API_KEY = "", ZAI_API_URL = "" } = env;
  const run = await worker.runToEnd(runId, { env: { ZAI_API_KEY, ZAI_API_URL } });
  if (run.status !== "completed") throw new Error(`the run ended ${run.status}: ${run.error?.message}`);
}

/** Milliseconds that each of so many requests takes that ask the model for nothing else than an answer. */
async function bareRequests({ env }: SlowModel, count: number): Promise<number[]> {
  const took: number[] = [];
  const body = JSON.stringify({
    model: "glm-4.6",
    stream: true,
    messages: [{ role: "user", content: "Say something." }],
  });
  const headers = { authorization: `Bearer ${env.ZAI_API_KEY}`, "content-type": "application/json" };
  while (took.length < count) {
    const ask = async () =>
      (await fetch(`${env.ZAI_API_URL}/chat/completions`, { method: "POST", headers, body })).text();
    took.push(await timed(ask));
  }
  return took;
}

/** When the events of a type were written, Unix milliseconds. */
async function timesOf(ledger: Ledger, runId: string, type: string): Promise<number[]> {
  const events = await ledger.readEvents(runId, 0, 100_000);
  return events.filter((event) => event.type === type).map(({ at }) => Date.parse(at));
}

/** Spares boot one after the other for as long as that takes. */
async function allQuiet(runs: number): Promise<void> {
  await wait(2_000 + runs * 150);
}
