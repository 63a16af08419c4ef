// The groups that an experiment compares: each agent under each condition, with its own counts and its own interval.

import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { dollars, grouped } from "../../../../src/views/number-words.ts";
import { DataTable } from "../../design/data-table.tsx";
import { Rate } from "../../design/rate.tsx";

export function GroupTable({ experiment }: { experiment: ExperimentBody }) {
  const hasConditions = experiment.conditions.length > 1;
  const hasCost = experiment.groups.some(({ costUsd }) => costUsd !== null);
  return (
    <section aria-label="Groups" className="stack experiment-section">
      <h2>Groups</h2>
      <DataTable
        caption="Agents and conditions of the experiment"
        rows={experiment.groups}
        rowId={({ agent, condition }) => `${agent} ${condition}`}
        columns={[
          { id: "agent", header: "Agent", cell: ({ agent }) => agent, sortBy: ({ agent }) => agent },
          ...(hasConditions
            ? [{ id: "condition", header: "Condition", cell: (one: Group) => one.condition ?? "none" }]
            : []),
          {
            id: "ended",
            header: "Ended",
            cell: ({ ended, planned }) => `${grouped(ended)} of ${grouped(planned)}`,
            isNumber: true,
          },
          { id: "passed", header: "Passed", cell: ({ passed }) => grouped(passed), isNumber: true },
          { id: "below", header: "Below", cell: ({ below }) => grouped(below), isNumber: true },
          { id: "unscored", header: "Unscored", cell: ({ unscored }) => whyWords(unscored), isNumber: true },
          {
            id: "rate",
            header: "Pass rate of the planned",
            cell: ({ passed, planned, interval }) => (
              <Rate hits={passed} n={planned} interval={interval} of="planned" />
            ),
            sortBy: ({ passRate }) => passRate,
          },
          {
            id: "mean",
            header: "Mean of the scored",
            cell: ({ mean, scored }) => (mean === null ? "–" : `${mean.toFixed(3)} of ${grouped(scored)}`),
            sortBy: ({ mean }) => mean,
            isNumber: true,
          },
          { id: "tokens", header: "Tokens", cell: ({ tokens }) => grouped(tokens), isNumber: true },
          ...(hasCost
            ? [
                {
                  id: "cost",
                  header: "Cost",
                  cell: ({ costUsd }: Group) => (costUsd === null ? "–" : dollars(costUsd)),
                  isNumber: true,
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}

type Group = ExperimentBody["groups"][number];

function whyWords(unscored: Record<string, number>): string {
  const words = Object.entries(unscored).map(([why, runs]) => `${grouped(runs)} ${why}`);
  return words.length === 0 ? "0" : words.join(", ");
}
