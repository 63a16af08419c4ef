// References in solutions: `{$ref: "calls.NAME.…"}` to a named call before, `{$ref: "steps.NAME.…"}` to a step before.
// What they lead to is known only when the solution is played; that they can lead anywhere is known now.

import { didYouMean } from "../core/nearest.ts";
import type { Faults, Path } from "./faults.ts";
import type { ParsedFile } from "./schema.ts";

type Known = { calls: string[]; steps: string[] };
type Call = NonNullable<ParsedFile["solution"]>[number];

/** Notes every reference that no call or step before it answers. */
export function checkReferences({ solution, flow }: ParsedFile, faults: Faults): void {
  const known: Known = { calls: [], steps: [] };
  checkCalls(solution ?? [], ["solution"], known, faults);
  for (const [index, step] of (flow ?? []).entries()) {
    checkCalls(step.solution, ["flow", index, "solution"], known, faults);
    known.steps.push(step.step);
  }
}

function checkCalls(calls: readonly Call[], at: Path, known: Known, faults: Faults): void {
  for (const [index, { args, as }] of calls.entries()) {
    checkValue(args, [...at, index, "args"], known, faults);
    if (as === undefined) continue;
    if (known.calls.includes(as)) faults.add([...at, index, "as"], `a call is named ${as} already`);
    known.calls.push(as);
  }
}

function checkValue(value: unknown, path: Path, known: Known, faults: Faults): void {
  if (value === null || typeof value !== "object") return;
  if (Object.hasOwn(value, "$ref")) {
    checkReference(value as Record<string, unknown>, path, known, faults);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    checkValue(inner, [...path, Array.isArray(value) ? Number(key) : key], known, faults);
  }
}

function checkReference(value: Record<string, unknown>, path: Path, known: Known, faults: Faults): void {
  const { $ref: reference, ...rest } = value;
  const [kind, name, ...members] = typeof reference === "string" ? reference.split(".") : [];
  if (Object.keys(rest).length > 0) faults.add(path, "a reference is {$ref: …} and nothing else");
  if ((kind !== "calls" && kind !== "steps") || name === undefined || members.length === 0 || members.includes("")) {
    faults.add(path, "must be calls.NAME.… or steps.NAME.…, with dots between the parts");
  } else if (!known[kind].includes(name)) {
    const what = kind === "calls" ? "call before this one has as:" : "step before this one is named";
    faults.add(path, `no ${what} ${JSON.stringify(name)}${didYouMean(name, known[kind])}`);
  }
}
