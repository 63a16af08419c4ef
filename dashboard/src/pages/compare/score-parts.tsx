// The parts of both scores, where both runs were scored by the same file: what held for one and not for the other.

import { Check, Minus, X } from "lucide-react";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { type EarningPart, earnedWords } from "../../../../src/views/earned-weight.ts";
import { plain } from "../../../../src/views/number-words.ts";

type Part = EarningPart & {
  type: string;
  name?: unknown;
  claim?: unknown;
  actual?: unknown;
  invariant?: unknown;
};

export function ScoreParts({ a, b }: { a: RunBody; b: RunBody }) {
  const [partsA, partsB]: Part[][] = [a.scoring?.parts ?? [], b.scoring?.parts ?? []];
  const isAlike = a.subject.digest === b.subject.digest && partsA?.length === partsB?.length;
  if (!isAlike || partsA === undefined || partsB === undefined || partsA.length === 0) return null;
  return (
    <section aria-label="Parts of the score">
      <h2 className="compare-heading">Parts of the score</h2>
      <div className="records">
        <table>
          <thead>
            <tr>
              <th scope="col">Assertion</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {partsA.map((part, index) => {
              const other = partsB[index];
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name than their place
                <tr key={index} className={isAlikeIn(part, other) ? undefined : "is-different"}>
                  <td>
                    {wordsOf(part)} {part.invariant === true ? <span className="tag">must stay true</span> : null}
                  </td>
                  <td>
                    <Held part={part} />
                  </td>
                  <td>{other === undefined ? null : <Held part={other} />}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function wordsOf({ type, name, claim }: Part): string {
  return [name, claim].find((one) => typeof one === "string")?.toString() ?? type;
}

function isAlikeIn(part: Part, other: Part | undefined): boolean {
  return part.heldAfter === other?.heldAfter && part.share === other?.share;
}

function Held({ part }: { part: Part }) {
  const actual = part.actual === undefined || part.actual === null ? null : String(part.actual);
  const [Icon, mood, words] =
    part.heldAfter === true
      ? ([Check, "good", "holds"] as const)
      : part.heldAfter === false
        ? ([X, "bad", "does not hold"] as const)
        : ([Minus, "quiet", "not known"] as const);
  const earned = part.share === undefined ? "" : `, ${earnedWords(part)} of ${plain(part.weight ?? 1)}`;
  return (
    <span className="row-of">
      <span className={`mark ${mood}`}>
        <Icon aria-hidden />
        {`${words}${earned}`}
      </span>
      {actual === null ? null : <span className="soft mono one-line compare-actual">{actual}</span>}
    </span>
  );
}
