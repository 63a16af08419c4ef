// Events as a benchmark run makes them, for measuring the ledger.

import type { EventData, NewEvent } from "../src/core/events.ts";
import { effectiveLimits } from "../src/core/limits.ts";
import { encodeRecord, journalStart } from "../src/protocol/journal.ts";

const digest = `sha256:${"0".repeat(64)}`;

/** What defines a run that nothing will start. */
export function queuedRun(): EventData<"run.queued"> {
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "001-sol-transfer", digest },
    agent: { name: "deterministic", kind: "deterministic", digest, model: null, reference: true },
    name: null,
    params: {},
    seed: 4127733018,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: "bench",
  };
}

/** The event after `index` others of a run that works: steps with tool calls, of the size that they have in practice. */
export function workEvent(index: number): NewEvent {
  const step = `step ${Math.floor(index / 5)}`;
  const callId = `call-${Math.floor(index / 5)}`;
  const account = "USER_WALLET_PUBKEY";
  switch (index % 5) {
    case 0:
      return { type: "step.started", data: { step, description: "move what the prompt asks for" } };
    case 1:
      return {
        type: "tool.called",
        data: { callId, tool: "sol_transfer", args: { from: account, to: account, lamports: 100_000_000 } },
      };
    case 2:
      return {
        type: "tool.returned",
        data: { callId, tool: "sol_transfer", ok: true, result: { queued: 1, note: "not sent yet" }, ms: 0.412 },
      };
    case 3:
      return {
        type: "run.progressed",
        data: { phase: "acting", done: index, total: 100_000, message: "one more transfer is queued" },
      };
    default:
      return { type: "step.completed", data: { step } };
  }
}

/** A journal of so many records: its bytes, and the offsets after every `groupSize` of them. */
export function journalBytes(records: number, groupSize: number): { bytes: Buffer; ends: number[] } {
  let previousCrc = journalStart.crc;
  const lines: Buffer[] = [];
  const ends: number[] = [];
  let offset = 0;
  for (let n = 1; n <= records; n += 1) {
    const { type, data } = n === 1 ? firstRecord : workEvent(n);
    const at = new Date(1_767_225_600_000 + n).toISOString();
    const { line, crc } = encodeRecord({ n, at, type, dataText: JSON.stringify(data), previousCrc });
    previousCrc = crc;
    const bytes = Buffer.from(line);
    lines.push(bytes);
    offset += bytes.length;
    if (n % groupSize === 0) ends.push(offset);
  }
  return { bytes: Buffer.concat(lines), ends };
}

const firstRecord: NewEvent = {
  type: "attempt.started",
  data: { pid: 1, startTicks: 1, containment: "sweep", build: "bench", spare: false, versions: {} },
};
