// The newest results of one cell, shown beside it while it is pointed at or has the focus.

import { useLayoutEffect, useRef, useState } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import type { BenchmarkResult } from "../../../../src/protocol/http-page-routes.ts";
import { duration } from "../../../../src/views/number-words.ts";
import { localTime } from "../../design/time.tsx";
import { lookOf, resultWords, signs } from "./result-look.ts";

const gap = 6;

export function HistoryCard(of: {
  anchor: DOMRect;
  agent: string;
  results: readonly BenchmarkResult[];
  /** Of the benchmark's present content. */
  digest: string;
}) {
  const { anchor, agent, results, digest } = of;
  const card = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: anchor.left, top: anchor.bottom + gap });
  useLayoutEffect(() => {
    const own = card.current?.getBoundingClientRect();
    if (own === undefined) return;
    const fitsBelow = anchor.bottom + gap + own.height <= innerHeight;
    setPlace({
      left: Math.max(gap, Math.min(anchor.left, innerWidth - own.width - gap)),
      top: fitsBelow ? anchor.bottom + gap : Math.max(gap, anchor.top - gap - own.height),
    });
  }, [anchor]);
  const verdicts = results.filter(({ passed }) => passed !== null);
  const passed = verdicts.filter((one) => one.passed === true).length;
  return (
    <div ref={card} className="history-card" role="tooltip" style={place}>
      <p className="history-head">
        <strong>{agent}</strong>{" "}
        <span className="soft">
          {passed} of {verdicts.length} with a verdict passed
        </span>
      </p>
      <ol>
        {results.map((one) => (
          <li key={one.runId}>
            <span className={`result-mark ${lookOf(one)}`}>{signs[lookOf(one)]}</span>
            <span>{resultWords(one)}</span>
            <span className="soft">
              {localTime(one.queuedAt)}
              {one.tookMs === null ? "" : `, ${duration(one.tookMs)}`}
              {one.subjectDigest === digest ? "" : ", earlier content"}
            </span>
            <span className="id faint">{shortId(one.runId)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
