// A server with a few runs of all kinds of statuses, to be fuzzed.

import { serve } from "../api/served.ts";
import { benchmark001, Scene } from "../scene.ts";
import { type ApiFuzzed, deadlineMs, fuzzApi, type Known } from "./fuzz-api.ts";

const yaml =
  "id: fuzzed\ndescription: x\nprompt: Say x.\nground_truth: {answer_assertions: [{type: Equals, value: x}]}\n";

/** Fuzzes a server of its own. */
export async function fuzzServed(of: { seed: number; requests: number }): Promise<ApiFuzzed & { grownMib: number }> {
  await using scene = new Scene();
  await using served = await serve(scene);
  const worker = await scene.worker();
  const ended = await scene.run(benchmark001(), worker);
  const queued = await served.send("POST", "/runs", { benchmark: "001-sol-transfer" });
  const plan = { benchmarks: ["002-spl-transfer"], trials: 2 };
  const experiment = await served.send("POST", "/experiments", plan);
  const [runs, benchmarks] = [
    [ended.id, queued.json.id],
    ["001-sol-transfer", "002-spl-transfer"],
  ];
  const known: Known = {
    any: [...runs, experiment.json.id, ...benchmarks, "deterministic"],
    ...{ id: [...runs, experiment.json.id], ids: runs, execution_id: runs, session_id: runs },
    ...{
      benchmark: benchmarks,
      benchmarks,
      benchmark_id: benchmarks,
      agent: ["deterministic"],
      agents: ["deterministic"],
    },
    ...{ yaml: [yaml], label: ["a=b"], key: ["agent:x", "label:a=b"], after: ["0", "5"], since: ["2026-01-01"] },
  };
  // The first requests load what is loaded once.
  await fuzzApi({ url: served.server.url, known, seed: of.seed + 1, requests: Math.min(of.requests, 500) });
  const beforeMib = usedMib();
  const result = await fuzzApi({ url: served.server.url, known, ...of });
  // The deadlines of the last requests hold memory until they pass.
  if (globalThis.gc !== undefined) await new Promise((resolve) => setTimeout(resolve, deadlineMs + 1_000));
  return { ...result, grownMib: usedMib() - beforeMib };
}

function usedMib(): number {
  // With --expose-gc what is only not yet collected does not count.
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
