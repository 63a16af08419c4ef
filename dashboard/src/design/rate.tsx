// A share with what it is of and the interval in which it lies: never a percentage alone.

import { percent } from "../../../src/views/experiment-words.ts";

/** `interval` is that of Wilson at 95 %; `of` says what `n` counts: "planned". */
export function Rate(props: { hits: number; n: number; interval: readonly [number, number]; of: string }) {
  const { hits, n, interval, of } = props;
  if (n === 0) return <span className="faint">none {of}</span>;
  const [low, high] = interval;
  const share = hits / n;
  const range = `${percent(low)}–${percent(high)} %`;
  return (
    <span className="rate" title={`${hits} of ${n} ${of}; 95 % interval ${range} (Wilson)`}>
      <svg className="rate-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
        <rect className="rate-track" x="0" y="3.5" width="100" height="3" />
        <rect className="rate-range" x={low * 100} y="3.5" width={Math.max(1, (high - low) * 100)} height="3" />
        <rect className="rate-point" x={Math.min(98, share * 100)} y="0" width="2" height="10" />
      </svg>
      <span className="number">
        {hits}/{n}
      </span>{" "}
      <strong className="number rate-share">{percent(share)} %</strong>{" "}
      <span className="soft number rate-interval">{range}</span>
    </span>
  );
}
