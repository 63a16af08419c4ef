// Compares kept counts, and what is kept of experiments, with the runs and the events that they come from.

import type { RunStatus } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import {
  countName,
  scopesOf,
  type TallyRow,
  tallyKeyOf,
  tallyRowOf,
  tallySumsOf,
  type Verdict,
  verdictOf,
} from "./counted.ts";
import type { Finding } from "./ledger.ts";

/** Runs of one subject that count alike, as the runs themselves say. */
export type RunGroup = { subject_id: string; status: RunStatus; passed: number | null; runs: number };
export type KeptCount = { scope: string; status: RunStatus; verdict: Verdict; runs: number };

export function compareCounts(groups: readonly RunGroup[], kept: readonly KeptCount[]): Finding[] {
  const counted = new Map<string, number>();
  for (const { subject_id, status, passed, runs } of groups) {
    const of = { status, passed: passed === null ? null : passed === 1, subject: { id: subject_id } };
    for (const scope of scopesOf(of)) {
      const name = countName({ scope, status, verdict: verdictOf(of.passed) });
      counted.set(name, (counted.get(name) ?? 0) + runs);
    }
  }
  const listed = new Map(kept.map((count) => [countName(count), count.runs]));
  return [...new Set([...counted.keys(), ...listed.keys()])].flatMap((name) => {
    const [is, shouldBe] = [listed.get(name) ?? 0, counted.get(name) ?? 0];
    return is === shouldBe ? [] : [count(`${name}: ${is} kept, ${shouldBe} there`)];
  });
}

/** The tallies of one experiment against its runs, given one after the other. */
export class TallyComparison {
  readonly #counted = new Map<string, number[]>();

  add(run: Run): void {
    const tally = tallyRowOf(run);
    const key = tallyKeyOf(tally).join();
    const sums = this.#counted.get(key) ?? [];
    this.#counted.set(
      key,
      tallySumsOf(tally).map((value, index) => value + (sums[index] ?? 0)),
    );
  }

  end(experimentId: string, tallies: readonly TallyRow[]): Finding[] {
    const kept = new Map(tallies.map((row) => [tallyKeyOf(row).join(), tallySumsOf(row)]));
    return [...new Set([...this.#counted.keys(), ...kept.keys()])].flatMap((key) => {
      const [is, shouldBe] = [kept.get(key)?.join() ?? "nothing", this.#counted.get(key)?.join() ?? "nothing"];
      if (is === shouldBe) return [];
      return [
        count(`experiment ${experimentId}, ${key}: ${is} kept, ${shouldBe} there (runs, score, tokens, priced, cost)`),
      ];
    });
  }
}

/** Plans without their row, and rows without their plan. */
export function compareExperiments(
  planned: readonly { position: number; data: string }[],
  listed: readonly { created: number; id: string }[],
): Finding[] {
  const kept = new Map(listed.map(({ created, id }) => [created, id]));
  const findings: Finding[] = [];
  for (const { position, data } of planned) {
    const { id } = JSON.parse(data) as { id: string };
    if (kept.get(position) !== id) findings.push(projection(`experiment ${id} is not listed`, position));
    kept.delete(position);
  }
  for (const [position, id] of kept) {
    findings.push(projection(`experiment ${id} is listed and was never planned`, position));
  }
  return findings;
}

function count(detail: string): Finding {
  return { runId: null, position: null, kind: "count", detail };
}

function projection(detail: string, position: number): Finding {
  return { runId: null, position, kind: "projection", detail };
}
