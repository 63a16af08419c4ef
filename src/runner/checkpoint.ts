// What a paused benchmark needs to go on in another process: the world, what the agent had done, and how the world
// was before it began.

import { gunzipSync, gzipSync } from "node:zlib";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { WorldSnapshot } from "../environments/environment.ts";
import type { Observation } from "../environments/observation.ts";
import { nothingSpent, type Past, type PastCall } from "./agent-past.ts";
import type { FlowState } from "./run-flow.ts";

export type BenchmarkCheckpoint = {
  start: Observation;
  /** What the agent did in the task, or in the step that is under way. */
  history: Past;
  /** How long it acted in that, seconds. */
  actedS: number;
  /** What could be seen when the task, or that step, began. */
  seen: Readonly<Record<string, Json>>;
  world: WorldSnapshot;
  /** Where a flow stands; null if the benchmark is one task. */
  flow: FlowState | null;
};

const format = "runledger/benchmark-checkpoint/1";

/** The checkpoint as bytes for a file or blob: gzip of JSON, the world's bytes in base64. */
export function encodeCheckpoint({ start, history, actedS, seen, world, flow }: BenchmarkCheckpoint): Uint8Array {
  const bytes = Buffer.from(world.bytes).toString("base64");
  const { calls, said, replies } = history;
  const stored = {
    format,
    start,
    history: calls,
    said,
    replies,
    actedS,
    seen,
    flow,
    world: { state: world.state, bytes },
  };
  return gzipSync(JSON.stringify(stored), { level: 1 });
}

/** Reads what `encodeCheckpoint` wrote. @throws `environment.failed` if it is of another format. */
export function decodeCheckpoint(encoded: Uint8Array): BenchmarkCheckpoint {
  const stored = JSON.parse(gunzipSync(encoded).toString("utf8")) as {
    format: string;
    start: Observation;
    history: PastCall[];
    /** Not there in checkpoints of before there were models; nor is it in steps of flows. */
    said?: Past["said"];
    replies?: Past["replies"];
    /** Not there in checkpoints of builds that gave an agent all its time again. */
    actedS?: number;
    seen?: Record<string, Json>;
    /** Not there in checkpoints of before there were flows. */
    flow?: FlowState | null;
    world: { state: Json; bytes: string };
  };
  if (stored.format !== format) {
    throw new RunledgerError(
      "environment.failed",
      `the checkpoint is of the format ${stored.format}, this build reads ${format}`,
    );
  }
  const { start, history: calls, said = [], replies = [], actedS = 0, seen = {}, world, flow = null } = stored;
  return {
    ...{ start, seen, actedS, history: { calls, said, replies } },
    flow: flow === null ? null : completed(flow),
    world: { state: world.state, bytes: Buffer.from(world.bytes, "base64") },
  };
}

/** What a flow's state had not before there were models. */
function completed(flow: FlowState): FlowState {
  const done = flow.done.map((step) => ({ ...{ said: [], replies: [] }, ...step }));
  return { ...flow, done, spent: { ...nothingSpent, ...flow.spent } };
}
