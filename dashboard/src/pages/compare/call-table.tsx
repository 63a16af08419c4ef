// The calls of two runs side by side. Long stretches that are the same are folded away until somebody asks.

import { useState } from "react";
import type { AlignedRow } from "../../../../src/views/align-deeds.ts";
import { argumentWords } from "../../../../src/views/call-words.ts";
import { counted } from "../../../../src/views/number-words.ts";
import type { Deed } from "../../../../src/views/run-deeds.ts";

/** A stretch of the same that is longer is folded, but for so many calls at its ends. */
const stretchMax = 8;
const endsShown = 3;
/** Rows in the page at once; more come on asking. */
const shownMax = 300;

const words: Record<AlignedRow["difference"], string> = {
  none: "same",
  arguments: "other arguments",
  outcome: "other outcome",
  result: "other result",
  "only-a": "only in A",
  "only-b": "only in B",
};

export function CallTable({ rows }: { rows: readonly AlignedRow[] }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [shown, setShown] = useState(shownMax);
  if (rows.length === 0) return null;
  const pieces = piecesOf(rows, opened).slice(0, shown);
  const last = pieces.at(-1);
  const rest = rows.length - (last === undefined ? 0 : last.to);
  const differing = rows.filter(({ difference }) => difference !== "none").length;
  return (
    <section aria-label="Calls side by side">
      <h2 className="compare-heading">
        Calls side by side{" "}
        <span className="soft">
          {differing} of {counted(rows.length, "row")} {differing === 1 ? "differs" : "differ"}
        </span>
      </h2>
      <div className="records">
        <table className="compare-calls">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
            </tr>
          </thead>
          <tbody>
            {pieces.map(({ from, to }) =>
              to - from === 1 ? (
                <Row key={from} number={from + 1} row={rows[from]} />
              ) : (
                <tr key={from}>
                  <td colSpan={3}>
                    <button
                      type="button"
                      className="button quiet small"
                      onClick={() => setOpened((before) => new Set([...before, from]))}
                    >
                      Show {to - from} calls that are the same
                    </button>
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      {rest <= 0 ? null : (
        <button type="button" className="button compare-more" onClick={() => setShown((before) => before + shownMax)}>
          Show more ({rest} rows left)
        </button>
      )}
    </section>
  );
}

type Piece = { from: number; to: number };

/** Rows one by one, and folded stretches as one piece. */
function piecesOf(rows: readonly AlignedRow[], opened: ReadonlySet<number>): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < rows.length; ) {
    let end = at;
    while (end < rows.length && rows[end]?.difference === "none") end += 1;
    const foldFrom = at === 0 ? at : at + endsShown;
    const foldTo = end === rows.length ? end : end - endsShown;
    const isFolded = end - at > stretchMax && foldTo - foldFrom > 1 && !opened.has(foldFrom);
    const singles = (from: number, to: number) => {
      for (let one = from; one < to; one += 1) pieces.push({ from: one, to: one + 1 });
    };
    if (isFolded) {
      singles(at, foldFrom);
      pieces.push({ from: foldFrom, to: foldTo });
      singles(foldTo, end);
    } else singles(at, end);
    if (end < rows.length) singles(end, end + 1);
    at = end + 1;
  }
  return pieces;
}

function Row({ number, row }: { number: number; row: AlignedRow | undefined }) {
  if (row === undefined) return null;
  const { a, b, difference } = row;
  const isSame = difference === "none";
  return (
    <tr className={isSame ? undefined : "is-different"} data-difference={difference}>
      <th scope="row">
        <span className="number">{number}</span>
        <span className={isSame ? "faint" : "mark warn"}>
          <span aria-hidden>{isSame ? "=" : "≠"}</span> {words[difference]}
        </span>
      </th>
      {isSame ? (
        <td colSpan={2}>
          <Call deed={a} />
        </td>
      ) : (
        <>
          <td>
            <Call deed={a} isOpen />
          </td>
          <td>
            <Call deed={b} isOpen />
          </td>
        </>
      )}
    </tr>
  );
}

/** One call; where the two differ, what came back can be unfolded. */
function Call({ deed, isOpen = false }: { deed: Deed | null; isOpen?: boolean }) {
  if (deed === null) return <span className="faint">no such call</span>;
  const { step, tool, args, outcome, error, transactions } = deed;
  const failed = transactions.find(({ status }) => status !== "success");
  return (
    <div className="compare-call">
      {step === null ? null : <span className="tag">{step}</span>} <code className="compare-tool">{tool}</code>{" "}
      <span className="mono">{argumentWords(args)}</span>
      {outcome === "open" ? <span className="mark warn">no answer</span> : null}
      {outcome === "failed" ? <span className="mark bad">failed: {error}</span> : null}
      {failed === undefined ? null : <span className="mark bad">transaction failed: {failed.error}</span>}
      {isOpen ? (
        <details>
          <summary className="soft">arguments and result</summary>
          <pre className="code-block">{JSON.stringify({ args, result: deed.result }, null, 2)}</pre>
        </details>
      ) : null}
    </div>
  );
}
