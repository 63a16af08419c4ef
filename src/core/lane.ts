// A lane is all that decides who may take a queued run and which limits it falls under. Runs of one lane are alike to
// every claim, so that only the first of each lane has to be looked at, however long the queue is.

import type { RunKind } from "./limits.ts";
import type { Run } from "./run-state.ts";

export type Lane = {
  kind: RunKind;
  /** The agent's name, or null for a run without one. */
  agent: string | null;
  /** The part of the agent's model before its first colon; null if it names none. */
  provider: string | null;
  /** Pairs, by key. */
  labels: [key: string, value: string][];
  /** Environment variables that a worker must have for it, sorted. */
  needs: string[];
};

/** The part of a run that its lane follows from; it never changes. */
export type Laned = Pick<Run, "kind" | "agent" | "labels"> & { subject?: Pick<Run["subject"], "needs"> };

/** The lane of a run as the text under which the ledger keeps it; `readLane` reads it. */
export function laneOf(run: Laned): string {
  const { kind, agent, provider, labels, needs } = lanePartsOf(run);
  // Lanes of before there were needs are written as they were.
  return JSON.stringify([kind, agent, provider, labels, ...(needs.length === 0 ? [] : [needs])]);
}

/** The lane that a text of `laneOf` stands for. */
export function readLane(text: string): Lane {
  const [kind, agent, provider, labels, needs = []] = JSON.parse(text) as [
    Lane["kind"],
    Lane["agent"],
    Lane["provider"],
    Lane["labels"],
    Lane["needs"]?,
  ];
  return { kind, agent, provider, labels, needs };
}

/** The lane of a run. */
export function lanePartsOf({ kind, agent, labels, subject }: Laned): Lane {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const needs = [...new Set([...(agent?.needs ?? []), ...(subject?.needs ?? [])])].sort();
  return { kind, agent: agent?.name ?? null, provider: providerOf(agent?.model ?? null), labels: sorted, needs };
}

function providerOf(model: string | null): string | null {
  const end = model?.indexOf(":") ?? -1;
  return model !== null && end > 0 ? model.slice(0, end) : null;
}
