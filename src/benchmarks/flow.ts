// The steps of a flow as the format has them: what must hold between them, and each in its two halves.

import { didYouMean } from "../core/nearest.ts";
import type { PlannedCall } from "../core/tool.ts";
import type { FormatFault } from "../environments/environment-format.ts";
import type { FlowStep, StepTruth } from "./benchmark.ts";
import { parseGroundTruth, type TruthContext } from "./ground-truth-format.ts";
import type { ParsedFile } from "./schema.ts";

/** What a flow and what stands beside it have against each other. */
export function flowFaults({ flow, prompt, solution }: ParsedFile): FormatFault[] {
  if (flow === undefined)
    return prompt === undefined ? [{ path: ["prompt"], message: "is required unless there is a flow" }] : [];
  const faults: FormatFault[] = [];
  if (prompt !== undefined)
    faults.push({ path: ["prompt"], message: "cannot stand beside a flow, whose steps have prompts" });
  if (solution !== undefined) {
    faults.push({ path: ["solution"], message: "cannot stand beside a flow, whose steps have solutions" });
  }
  const earlier: string[] = [];
  for (const [index, { step, depends_on: needed }] of flow.entries()) {
    if (earlier.includes(step))
      faults.push({ path: ["flow", index, "step"], message: `the step ${step} is there twice` });
    for (const [place, name] of needed.entries()) {
      if (earlier.includes(name)) continue;
      const message = `no earlier step is named ${JSON.stringify(name)}${didYouMean(name, earlier)}`;
      faults.push({ path: ["flow", index, "depends_on", place], message });
    }
    earlier.push(step);
  }
  return faults;
}

/** The steps, apart from what an agent must not know of them. */
export function flowOf({ flow }: ParsedFile, context: TruthContext): { flow: FlowStep[] | null; steps: StepTruth[] } {
  if (flow === undefined) return { flow: null, steps: [] };
  return {
    flow: flow.map(({ step, description = null, prompt, depends_on, critical, timeout_s = null, carry }) => ({
      ...{ step, description, prompt, depends_on, critical, timeout_s, carry },
    })),
    steps: flow.map(({ weight, ground_truth: raw, solution }, index) => ({
      weight,
      groundTruth:
        raw === undefined ? null : parseGroundTruth(raw, { ...context, base: ["flow", index, "ground_truth"] }),
      solution: solution as PlannedCall[],
    })),
  };
}
