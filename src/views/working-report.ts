// What a run that has a process does at the moment: who runs it and who looks after it, what it is at, and what it
// printed last.

import type { Computed } from "../core/computed.ts";
import type { Run } from "../core/run.ts";
import { oneLine } from "./columns.ts";
import { clockTime, plain, roughly, type TimeStyle } from "./number-words.ts";
import { cancelWords, livenessWords } from "./run-note.ts";

/** The block of a run with an attempt under way. */
export function workingReport(
  run: Run,
  options: { computed: Computed; style: TimeStyle; lastOutput?: readonly string[] },
): string[] {
  const { computed, style, lastOutput = [] } = options;
  const doing = doingWords(run, computed, style);
  const cancel = cancelWords(run, style);
  const labelled: [string, string[]][] = [
    ["Cancel", cancel === null ? [] : [cancel]],
    ["Runner", [runnerWords(run, computed, style)]],
    ["Doing", doing === "" ? [] : [doing]],
    ["Said", lastOutput.map((line) => oneLine(line))],
  ];
  return labelled.flatMap(([label, words]) =>
    words.map((text, index) => `  ${(index === 0 ? label : "").padEnd(8)} ${text}`),
  );
}

/** `pid 48213 · dist (auto) · live` */
function runnerWords({ id, attempt }: Run, { liveness }: Computed, style: TimeStyle): string {
  const begun =
    attempt?.pid == null
      ? ["not begun yet"]
      : [`pid ${attempt.pid}`, ...(attempt.build === null ? [] : [attempt.build])];
  return [...begun, ...(liveness === null ? [] : [livenessWords(liveness, id, style)])].join(" · ");
}

/** `step capitals since 10:00:01.200 · 3 of 10 · tool submit called 10:00:04.000, no answer for 9 s` */
function doingWords(run: Run, { waitingOn }: Computed, style: TimeStyle): string {
  const { step, phase, progress, openCalls } = run;
  const doing = step === null ? (phase ?? "") : `step ${oneLine(step.name)} since ${clockTime(step.since, style)}`;
  const total = progress?.total == null ? "" : ` of ${plain(progress.total)}`;
  const amount = progress?.done == null ? "" : `${plain(progress.done)}${total}`;
  const calls = openCalls.map(({ what, since, note }, index) => {
    const waited = index === 0 && waitingOn !== null ? ` for ${roughly(waitingOn.ms)}` : "";
    return `${oneLine(what)} called ${clockTime(since, style)}, no answer${waited}${note === undefined ? "" : ` (${note})`}`;
  });
  return [doing, amount, oneLine(progress?.message ?? ""), ...calls].filter((part) => part !== "").join(" · ");
}
