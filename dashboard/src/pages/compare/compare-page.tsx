// Two runs, or two experiments, side by side: where they part, in one sentence and call by call or cell by cell.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowLeftRight, GitCompareArrows } from "lucide-react";
import { EmptyState } from "../../design/states.tsx";
import type { CompareSearch } from "../../page-search.ts";
import { Page } from "../../shell/page.tsx";
import { ExperimentComparison } from "./experiment-comparison.tsx";
import { ExperimentPicker } from "./experiment-picker.tsx";
import { RunComparison } from "./run-comparison.tsx";
import { RunPicker } from "./run-picker.tsx";
import "./compare.css";

export function ComparePage() {
  const { a, b, of } = useSearch({ from: "/compare" });
  const navigate = useNavigate();
  const isOfExperiments = of === "experiments";
  const choose = (change: { a?: string; b?: string }): void => {
    // Of the address as it is then: the other side may have been chosen a moment ago.
    void navigate({ to: "/compare", search: (before: CompareSearch) => ({ ...before, ...change }), replace: true });
  };
  const Picker = isOfExperiments ? ExperimentPicker : RunPicker;
  const Comparison = isOfExperiments ? ExperimentComparison : RunComparison;
  const canSwap = a !== undefined && b !== undefined;
  return (
    <Page title="Compare">
      <div className="tabs compare-modes">
        <button
          type="button"
          aria-pressed={!isOfExperiments}
          onClick={() => void navigate({ to: "/compare", search: {} })}
        >
          Runs
        </button>
        <button
          type="button"
          aria-pressed={isOfExperiments}
          onClick={() => void navigate({ to: "/compare", search: { of: "experiments" } })}
        >
          Experiments
        </button>
      </div>
      <div className="compare-sides">
        <Picker key={`a ${a}`} side="A" value={a ?? null} onPick={(id) => choose({ a: id })} />
        <button
          type="button"
          className="button quiet icon-only compare-swap"
          title="Swap A and B"
          disabled={!canSwap}
          onClick={() => canSwap && choose({ a: b, b: a })}
        >
          <ArrowLeftRight size={16} aria-hidden />
          <span className="visually-hidden">Swap A and B</span>
        </button>
        <Picker key={`b ${b}`} side="B" value={b ?? null} onPick={(id) => choose({ b: id })} />
      </div>
      {a === undefined || b === undefined ? (
        <NothingChosen what={isOfExperiments ? "experiments" : "runs"} />
      ) : (
        <Comparison key={`${a} ${b}`} a={a} b={b} />
      )}
    </Page>
  );
}

function NothingChosen({ what }: { what: "runs" | "experiments" }) {
  return (
    <EmptyState Icon={GitCompareArrows} title={`Choose two ${what}`}>
      <p>
        {what === "runs"
          ? "Their calls are put side by side, and one sentence says where they part."
          : "Their cells are put side by side: what passes now and did not, and what did and does not."}
      </p>
      {what === "runs" ? <code>npx runledger diff last last~1</code> : null}
    </EmptyState>
  );
}
