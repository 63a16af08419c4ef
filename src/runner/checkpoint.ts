// What a paused benchmark needs to go on in another process: the world, what the agent had done, and how the world
// was before it began.

import { gunzipSync, gzipSync } from "node:zlib";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { WorldSnapshot } from "../environments/environment.ts";
import type { Observation } from "../environments/observation.ts";
import type { PastCall } from "./agent-hands.ts";
import type { FlowState } from "./run-flow.ts";

export type BenchmarkCheckpoint = {
  start: Observation;
  /** Of the task, or of the step that is under way. */
  history: readonly PastCall[];
  world: WorldSnapshot;
  /** Where a flow stands; null if the benchmark is one task. */
  flow: FlowState | null;
};

const format = "runledger/benchmark-checkpoint/1";

/** The checkpoint as bytes for a file or blob: gzip of JSON, the world's bytes in base64. */
export function encodeCheckpoint({ start, history, world, flow }: BenchmarkCheckpoint): Uint8Array {
  const bytes = Buffer.from(world.bytes).toString("base64");
  return gzipSync(JSON.stringify({ format, start, history, flow, world: { state: world.state, bytes } }), { level: 1 });
}

/** Reads what `encodeCheckpoint` wrote. @throws `environment.failed` if it is of another format. */
export function decodeCheckpoint(encoded: Uint8Array): BenchmarkCheckpoint {
  const stored = JSON.parse(gunzipSync(encoded).toString("utf8")) as {
    format: string;
    start: Observation;
    history: PastCall[];
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
  const { start, history, world, flow = null } = stored;
  return { start, history, flow, world: { state: world.state, bytes: Buffer.from(world.bytes, "base64") } };
}
