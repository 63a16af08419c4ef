// A score with its parts as a block of lines: every assertion with what it found before and after.

import type { Scoring } from "../core/events.ts";
import { valueWords } from "./call-words.ts";
import { alignColumns, oneLine } from "./columns.ts";
import { type EarningPart, earnedShare, earnedWords } from "./earned-weight.ts";
import { plain, score } from "./number-words.ts";
import { tone } from "./tone.ts";

/** What the scorers lay beside `type`; what a part leaves out is not shown. */
type Part = EarningPart & {
  type: string;
  name?: string | null;
  claim?: string;
  invariant?: boolean;
  expected?: unknown;
  actualBefore?: unknown;
  actual?: unknown;
};
type Gate = { type: string; expected: string; actual: string; held: boolean };
type Shown = Scoring & { gate?: Gate; "reev-1"?: { score: number }; diagnosis?: { instructionsMatched?: number } };

const claimWidth = 100;

/** The block under a score. */
export function scoreReport(scoring: Scoring): string[] {
  const { profile, parts, gate, diagnosis, "reev-1": compared } = scoring as Shown;
  const rows = (parts as Part[]).map((part) => [markOf(part), claimOf(part), foundOf(part)]);
  if (gate !== undefined && !gate.held)
    rows.push([tone("bad", "0"), oneLine(gate.type), `needs ${gate.expected}, was ${gate.actual}`]);
  const compares = [
    ...(diagnosis?.instructionsMatched === undefined
      ? []
      : [`instructions matched ${diagnosis.instructionsMatched.toFixed(2)}`]),
    ...(compared === undefined ? [] : [`reev-1 ${score(compared.score)}`]),
  ];
  return [
    `  Score, profile ${oneLine(profile)}`,
    ...alignColumns(rows).map((row) => `    ${row}`),
    ...(compares.length === 0 ? [] : [`    diagnosis: ${compares.join(" · ")}`]),
  ];
}

function markOf(part: Part): string {
  if (part.invariant) return part.heldAfter ? "held" : tone("bad", "broken");
  const words = `${earnedWords(part)}/${plain(part.weight ?? 1)}`;
  const share = earnedShare(part);
  return share >= 1 ? words : tone(share > 0 ? "warn" : "bad", words);
}

function claimOf(part: Part): string {
  const { type, name } = part;
  const said = spentWords(part) ?? part.claim ?? type;
  return name == null ? oneLine(said, claimWidth) : oneLine(`${name}: ${said}`, claimWidth);
}

/** What an invariant was before is no news: it held. */
function foundOf(part: Part): string {
  const { invariant, expected, actualBefore, actual } = part;
  if (spentWords(part) !== null) return `of at most ${valueWords(expected)}${invariant ? "   (invariant)" : ""}`;
  if (invariant) return `found ${valueWords(actual)}   (invariant)`;
  return actualBefore === undefined
    ? `found ${valueWords(actual)}`
    : `before ${valueWords(actualBefore)}, after ${valueWords(actual)}`;
}

/** `A spends at most 7 lamports` as what was done: `A spent 5`; null for every other claim. */
function spentWords({ type, claim, actual }: Part): string | null {
  const whose = type === "SolSpent" ? /^(\S+) spends at most /.exec(claim ?? "")?.[1] : undefined;
  return whose === undefined || actual === undefined ? null : `${whose} spent ${valueWords(actual)}`;
}
