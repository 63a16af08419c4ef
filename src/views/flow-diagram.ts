// What was called in which order, as a Mermaid flowchart. Whatever agents wrote is written as character codes where
// Mermaid would read it as its own.

import { isKnown, type LedgerEvent } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import { evolve, type Run } from "../core/run.ts";
import { argumentWords } from "./call-words.ts";
import { oneLine } from "./columns.ts";
import { score } from "./number-words.ts";
import { subjectWords, verdictWord } from "./run-words.ts";

/** Calls that a diagram shows, the first ones; of more their number is told. */
const callsMax = 150;
const labelWidth = 80;

export type FlowFold = {
  /** Takes the run's next event, in order of `seq`. */
  take(event: LedgerEvent): void;
  result(): { run: Run | null; diagram: string; calls: number; steps: number };
};

type Call = { id: string; tool: string; words: string; state: "open" | "ok" | "failed" };
/** A step of the work; null for what was done outside of any. */
type Group = { name: string | null; calls: Call[]; isFailed: boolean };

/**
 * A fold that has seen no event yet: of the newest attempt with all that it goes on from, or of the one that is named,
 * whatever came after it.
 * @param attempt From 1; null for the newest
 */
export function collectFlow(attempt: number | null = null): FlowFold {
  let run: Run | null = null;
  let groups: Group[] = [];
  let calls = 0;
  let isOver = false;
  return {
    take(event) {
      isOver ||= attempt !== null && event.type === "attempt.claimed" && (event.attempt ?? 0) > attempt;
      if (isOver) return;
      run = evolve(run, event);
      if (!isKnown(event)) return;
      // Without a checkpoint the work begins anew; with one it goes on, and what was done before is not told again.
      if (event.type === "attempt.claimed" && run.checkpoint === null) [groups, calls] = [[], 0];
      else if (event.type === "tool.called") calls += 1;
      takeWork(groups, event, calls);
    },
    result: () => ({
      run,
      diagram: run === null ? "" : diagramOf(run, groups, calls),
      calls,
      steps: groups.filter(({ name }) => name !== null).length,
    }),
  };
}

function takeWork(groups: Group[], event: LedgerEvent, calls: number): void {
  if (!isKnown(event)) return;
  switch (event.type) {
    case "step.started":
      groups.push({ name: event.data.step, calls: [], isFailed: false });
      break;
    case "step.failed":
    case "step.completed": {
      const group = groups.findLast(({ name }) => name === event.data.step);
      if (group !== undefined) group.isFailed = event.type === "step.failed";
      break;
    }
    case "tool.called": {
      if (calls > callsMax) return;
      if (groups.length === 0) groups.push({ name: null, calls: [], isFailed: false });
      const { callId, tool, args } = event.data;
      groups.at(-1)?.calls.push({ id: callId, tool, words: argumentWords(args), state: "open" });
      break;
    }
    case "tool.returned": {
      const call = groups.flatMap((group) => group.calls).findLast(({ id }) => id === event.data.callId);
      if (call !== undefined) call.state = event.data.ok ? "ok" : "failed";
      break;
    }
    default:
      break; // the rest is no step of the work
  }
}

function diagramOf(run: Run, groups: readonly Group[], calls: number): string {
  const names = ["begin"];
  const failed: string[] = [];
  const lines = groups.flatMap((group, index) => {
    const nodes = group.calls.map((call) => {
      const name = `call${names.length}`;
      names.push(name);
      if (call.state === "failed") failed.push(name);
      return `${name}["${callLabel(call)}"]`;
    });
    if (group.name === null) return nodes.map((node) => `  ${node}`);
    return [`  subgraph step${index + 1}["${label(group.name)}"]`, ...nodes.map((node) => `    ${node}`), "  end"];
  });
  if (calls > callsMax) {
    names.push("more");
    lines.push(`  more["and ${calls - callsMax} more calls"]`);
  }
  const begin = `  begin(["${label(subjectWords(run))}<br/>${label(run.agent?.name ?? run.kind)}"])`;
  const finish = `  finish(["${label(endWords(run))}"])`;
  const edges = `  ${[...names, "finish"].join(" --> ")}`;
  const marks = ["  classDef failed stroke:#c00,stroke-width:2px", `  class ${failed.join(",")} failed`];
  return `${["flowchart TD", begin, ...lines, finish, edges, ...(failed.length === 0 ? [] : marks)].join("\n")}\n`;
}

function callLabel({ tool, words, state }: Call): string {
  const parts = [label(tool), ...(words === "" ? [] : [label(words)]), ...(state === "open" ? ["no answer"] : [])];
  return parts.join("<br/>");
}

function endWords(run: Run): string {
  // An attempt that ended without ending its run: what came of the attempt, not what the run waits for.
  if (run.attempt?.outcome && !isTerminal(run.status)) return `attempt ${run.attempt.number} ${run.attempt.outcome}`;
  const verdict = verdictWord(run);
  return [
    run.status,
    ...(verdict === "" ? [] : [verdict]),
    ...(run.score === null ? [] : [`score ${score(run.score)}`]),
  ].join(" · ");
}

/** Text that Mermaid shows and never reads: letters, digits and a few signs as they are, the rest as character codes. */
function label(text: string): string {
  return oneLine(text, labelWidth).replace(
    /[^\p{L}\p{N}\p{M}\p{Extended_Pictographic} .,:=+→·…_/()-]/gu,
    (sign) => `#${sign.codePointAt(0)};`,
  );
}
