// A score with every part of it: what was claimed, what was found before the agent acted and after.

import { CircleCheck, CircleMinus, ShieldAlert, ShieldCheck } from "lucide-react";
import type { Scoring } from "../../../../src/core/events.ts";
import { valueWords } from "../../../../src/views/call-words.ts";
import { type EarningPart, earnedShare, earnedWords } from "../../../../src/views/earned-weight.ts";
import { grouped, plain, score as scoreWords } from "../../../../src/views/number-words.ts";

/** What scorers lay beside `type`; what a part leaves out is not shown. */
type Part = EarningPart & {
  type: string;
  name?: string | null;
  claim?: string;
  invariant?: boolean;
  heldBefore?: boolean;
  expected?: unknown;
  actualBefore?: unknown;
  actual?: unknown;
};
type Shown = Scoring & {
  gate?: { type: string; expected: string; actual: string; held: boolean };
  "reev-1"?: { score: number };
  diagnosis?: { instructionsMatched?: number };
};

export function ScorePanel(of: { scoring: Scoring; score: number | null; minScore: number | null }) {
  const { scoring, score, minScore } = of;
  const { profile, parts, gate, diagnosis, "reev-1": compared } = scoring as Shown;
  return (
    <section className="panel" aria-labelledby="score">
      <header>
        <h2 id="score">Score {scoreWords(score)}</h2>
        <span className="soft">
          profile {profile}
          {minScore === null ? "" : `, needs ${plain(minScore)}`}
        </span>
      </header>
      <div className="records flat score-parts">
        <table>
          <caption className="visually-hidden">Parts of the score</caption>
          <thead>
            <tr>
              <th scope="col">Earned</th>
              <th scope="col">Claim</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Expected</th>
            </tr>
          </thead>
          <tbody>
            {(parts as Part[]).map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name and never change their order
              <PartRow key={index} part={part} />
            ))}
            {gate === undefined ? null : (
              <tr>
                <td data-label="Earned">
                  <Held isHeld={gate.held} isInvariant words={gate.held ? "met" : "unmet: score 0"} />
                </td>
                <td data-label="Claim">{gate.type}</td>
                <td />
                <td data-label="After">{gate.actual}</td>
                <td data-label="Expected">{gate.expected}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {diagnosis?.instructionsMatched === undefined && compared === undefined ? null : (
        <p className="panel-body soft">
          Diagnosis, beside the score:
          {diagnosis?.instructionsMatched === undefined
            ? ""
            : ` instructions matched ${diagnosis.instructionsMatched.toFixed(2)}`}
          {compared === undefined ? "" : ` · reev-1 ${scoreWords(compared.score)}`}
        </p>
      )}
    </section>
  );
}

function PartRow({ part }: { part: Part }) {
  const { type, name, claim, weight = 1, invariant = false, heldAfter = false } = part;
  const earned = `${earnedWords(part)} of ${plain(weight)}`;
  return (
    <tr>
      <td data-label="Earned">
        <Held
          isHeld={invariant ? heldAfter : earnedShare(part) >= 1}
          isPartly={!invariant && earnedShare(part) > 0}
          isInvariant={invariant}
          words={invariant ? (heldAfter ? "held" : "broken: score 0") : earned}
        />
      </td>
      <td data-label="Claim" title={type}>
        {name == null ? null : <strong>{name}: </strong>}
        {claim ?? type}
        {invariant ? <span className="tag beside"> invariant</span> : null}
      </td>
      <Value label="Before" value={part.actualBefore} />
      <Value label="After" value={part.actual} />
      <Value label="Expected" value={part.expected} />
    </tr>
  );
}

function Value({ label, value }: { label: string; value: unknown }) {
  return (
    <td className="mono" data-label={label}>
      {value === undefined ? null : readable(value)}
    </td>
  );
}

/** Whole numbers in groups of three digits; anything else as it is. */
function readable(value: unknown): string {
  const isWhole = (typeof value === "number" && Number.isSafeInteger(value)) || /^\d{4,15}$/.test(String(value));
  return isWhole ? grouped(Number(value)) : valueWords(value);
}

function Held(of: { isHeld: boolean; isPartly?: boolean; isInvariant: boolean; words: string }) {
  const { isHeld, isPartly = false, isInvariant, words } = of;
  const [yes, no] = isInvariant ? [ShieldCheck, ShieldAlert] : [CircleCheck, CircleMinus];
  const Icon = isHeld ? yes : no;
  return (
    <span className={`mark ${isHeld ? "good" : isPartly ? "warn" : "bad"}`}>
      <Icon aria-hidden />
      {words}
    </span>
  );
}
