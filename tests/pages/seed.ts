// Ledgers that are large, made by their own operations in seconds: many runs, and one with very many events and lines.

import {
  agentOf,
  complete,
  conclusionOf,
  endingOf,
  ingest,
  queue,
  scoreRecord,
  start,
  startedRecord,
} from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { inParallel } from "../scene.ts";

/** Every tenth has ended, the others wait. */
export async function seedManyRuns(ledger: Ledger, runs: number): Promise<void> {
  await inParallel(
    Array.from({ length: runs }, (_, index) => index),
    200,
    async (index) => {
      const agent = agentOf(`agent-${index % 7}`);
      if (index % 10 === 0) await complete(ledger, { agent });
      else await queue(ledger, { agent, labels: { part: `p${index % 13}` } });
    },
  );
}

/** Events of one hand-over of a journal. */
const batchEvents = 500;
const logLines = 200_000;

/** A completed run with about so many events, and 200,000 lines of output. @returns its id */
export async function seedLargeRun(ledger: Ledger, events: number): Promise<string> {
  const run = await start(ledger, { limits: { events: 200_000 } });
  await ingest(ledger, run, startedRecord);
  const rounds = Math.ceil((events - 5) / batchEvents);
  for (let round = 0; round < rounds; round += 1) await ingest(ledger, run, ...records(round));
  await ingest(ledger, run, scoreRecord);
  await ledger.conclude(conclusionOf(run, endingOf("ok"), run.journal.finish()));
  await seedLog(ledger, run.runId);
  return run.runId;
}

/** A step of many calls, and a remark at its end. */
function records(round: number): [string, object][] {
  const step = `round ${round}`;
  const calls = Array.from({ length: (batchEvents - 4) / 2 }, (_, index): [string, object][] => {
    const callId = `${round}-${index}`;
    return [
      ["tool.called", { callId, tool: "look", args: { at: index, path: `/some/place/${index}` } }],
      ["tool.returned", { callId, tool: "look", ok: index % 50 !== 0, result: { found: index }, ms: 1 }],
    ];
  });
  return [
    ["step.started", { step }],
    ...calls.flat(),
    ["step.completed", { step }],
    ["run.progressed", { done: round + 1, total: 200 }],
    ["log.written", { level: "info", message: `${step} is over` }],
  ];
}

async function seedLog(ledger: Ledger, runId: string): Promise<void> {
  const text = Array.from({ length: logLines }, (_, line) => `line of the output, needle ${line}\n`).join("");
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; offset += 65_536) {
    await ledger.putLog([
      { runId, attempt: 1, stream: "stdout", offset, bytes: bytes.subarray(offset, offset + 65_536) },
    ]);
  }
}
