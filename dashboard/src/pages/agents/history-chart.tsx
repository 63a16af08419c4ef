// The scores of an agent's runs in their order, with the share that passed among the last of them. Loaded when it is shown.

import { CartesianGrid, ComposedChart, Line, ResponsiveContainer, Scatter, Tooltip, XAxis, YAxis } from "recharts";
import { shortId } from "../../../../src/core/ids.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { statusWords } from "../../design/status.tsx";
import { localTime } from "../../design/time.tsx";

/** Runs over which the share is taken. */
const windowMax = 20;

type Point = {
  order: number;
  run: RunBody;
  passed: number | null;
  below: number | null;
  share: number | null;
  of: number;
};

const labelText = { fill: "var(--text-soft)", fontSize: 12 };
const standing = { angle: -90, position: "insideLeft" as const, offset: 12, style: { textAnchor: "middle" as const } };
const axis = { stroke: "var(--line-strong)", tick: labelText };
const still = { isAnimationActive: false };

export function HistoryChart({ runs }: { runs: readonly RunBody[] }) {
  const points = pointsOf(runs);
  return (
    <figure aria-label={`Scores of ${runs.length} runs, oldest to the left; the table below has the sums`}>
      <ChartLegend />
      <ResponsiveContainer width="100%" height={260}>
        <ComposedChart data={points} margin={{ top: 8, right: 8, bottom: 22, left: 0 }} accessibilityLayer>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="order"
            type="number"
            domain={[1, Math.max(2, points.length)]}
            allowDecimals={false}
            label={{ ...labelText, value: "ended runs, oldest first", position: "bottom", offset: 4 }}
            {...axis}
          />
          <YAxis
            yAxisId="score"
            domain={[0, 1]}
            ticks={[0, 0.25, 0.5, 0.75, 1]}
            width={58}
            label={{ ...labelText, ...standing, value: "score (0–1)" }}
            {...axis}
          />
          <YAxis
            yAxisId="share"
            orientation="right"
            domain={[0, 1]}
            ticks={[0, 0.5, 1]}
            tickFormatter={(value: number) => `${Math.round(value * 100)} %`}
            width={52}
            {...axis}
          />
          <Tooltip content={<PointCard />} cursor={{ stroke: "var(--line-strong)" }} {...still} />
          <Line
            yAxisId="share"
            dataKey="share"
            stroke="var(--chart-1)"
            strokeWidth={2}
            dot={false}
            connectNulls
            {...still}
          />
          <Scatter yAxisId="score" dataKey="passed" shape={PassedPoint} {...still} />
          <Scatter yAxisId="score" dataKey="below" shape={BelowPoint} {...still} />
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
}

function ChartLegend() {
  return (
    <ul className="chart-legend">
      <li>
        <span className="chart-key is-line" aria-hidden /> share passed of the last {windowMax}, right axis
      </li>
      <li>
        <span className="chart-key is-passed" aria-hidden /> score of a run that passed
      </li>
      <li>
        <span className="chart-key is-below" aria-hidden /> score of one that is below or has no verdict
      </li>
    </ul>
  );
}

/** Oldest first. Runs without a score have a place in the order and no point. */
function pointsOf(runs: readonly RunBody[]): Point[] {
  const ordered = runs.toSorted((a, b) => ((a.endedAt ?? "") < (b.endedAt ?? "") ? -1 : 1));
  const verdicts: boolean[] = [];
  return ordered.map((run, index) => {
    if (run.passed !== null) verdicts.push(run.passed);
    const last = verdicts.slice(-windowMax);
    return {
      ...{ order: index + 1, run, of: last.length },
      passed: run.passed === true ? run.score : null,
      below: run.passed === true ? null : run.score,
      share: last.length === 0 ? null : last.filter(Boolean).length / last.length,
    };
  });
}

type PlaceProps = { cx?: number | undefined; cy?: number | undefined };

/** A run without such a score has a place in the order, and no point. */
function PassedPoint({ cx, cy }: PlaceProps) {
  return isPlace(cx, cy) ? <circle className="chart-point is-passed" cx={cx} cy={cy} r={3.5} /> : <g />;
}

function BelowPoint({ cx, cy }: PlaceProps) {
  if (!isPlace(cx, cy)) return <g />;
  return <path className="chart-point is-below" d={`M${cx},${(cy ?? 0) - 4.5}l4.5,4.5l-4.5,4.5l-4.5,-4.5z`} />;
}

function isPlace(cx: number | undefined, cy: number | undefined): boolean {
  return typeof cx === "number" && typeof cy === "number" && !Number.isNaN(cy);
}

function verdictOf(passed: boolean | null): string {
  return passed === null ? "no verdict" : passed ? "passed" : "below";
}

type CardProps = { active?: boolean; payload?: readonly { payload?: Point }[] };

function PointCard({ active, payload }: CardProps) {
  const point = payload?.[0]?.payload;
  if (!active || point === undefined) return null;
  const { run, share, of } = point;
  const verdict = run.status === "completed" ? verdictOf(run.passed) : statusWords(run.status);
  return (
    <div className="chart-card">
      <strong>{run.subject.id}</strong>
      <div>
        {run.score === null ? "no score" : `score ${run.score.toFixed(6)}`}, {verdict}
      </div>
      {share === null ? null : (
        <div className="soft">
          {Math.round(share * of)} of the last {of} with a verdict passed
        </div>
      )}
      <div className="soft">
        {run.endedAt === null ? "" : localTime(run.endedAt)} · run {shortId(run.id)}
      </div>
    </div>
  );
}
