// The agents: whether they could act here, and what their runs add up to.

import { Link } from "@tanstack/react-router";
import { Bot, CircleCheck, KeyRound } from "lucide-react";
import { useState } from "react";
import type { AgentPerformance, ListedAgent } from "../../../../src/protocol/http-catalog-routes.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { type DataColumn, DataTable } from "../../design/data-table.tsx";
import { Rate } from "../../design/rate.tsx";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";
import "../../design/figures.css";
import "./agents.css";

const pageSize = 100;

export function AgentsPage() {
  const [hasReference, setReference] = useState(true);
  const agents = useApi("listAgents", {});
  const query = { pageSize, reference: hasReference ? ("true" as const) : ("false" as const) };
  const performance = useApi("agentPerformance", { query }, { isLive: true, keepsLast: true });
  return (
    <Page
      title="Agents"
      actions={
        <label className="row-of">
          <input type="checkbox" checked={hasReference} onChange={({ target }) => setReference(target.checked)} />
          with reference agents
        </label>
      }
    >
      <section aria-label="Results" className="stack agents-section">
        <h2>Results</h2>
        {performance.data === undefined ? (
          performance.error === null ? (
            <Loading rows={4} what="Reading results" />
          ) : (
            <ErrorState error={performance.error} onRetry={performance.refetch} />
          )
        ) : (
          <Results {...performance.data} known={agents.data?.agents ?? []} />
        )}
      </section>
      <section aria-label="Readiness" className="stack agents-section">
        <h2>Readiness of this server</h2>
        {agents.data === undefined ? (
          agents.error === null ? (
            <Loading rows={6} what="Reading agents" />
          ) : (
            <ErrorState error={agents.error} onRetry={agents.refetch} />
          )
        ) : (
          <Readiness agents={agents.data.agents} defaultAgent={agents.data.defaultAgent} />
        )}
      </section>
    </Page>
  );
}

function Results(of: {
  agents: readonly AgentPerformance[];
  nextPageToken: string | null;
  runsLooked: number;
  isWhole: boolean;
  known: readonly ListedAgent[];
}) {
  const { agents, nextPageToken, runsLooked, isWhole } = of;
  if (agents.length === 0) {
    return (
      <EmptyState Icon={Bot} title="No agent has an ended run of a benchmark yet">
        <p>Start some from Benchmarks; what they add up to is shown here, live.</p>
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable
        caption="Agents by pass rate"
        rows={agents}
        rowId={({ agent, digest }) => `${agent} ${digest}`}
        columns={columns}
      />
      <p className="soft">
        Of {counted(runsLooked, "ended run")} of benchmarks. A run that ended by its agent's doing without a score
        counts as 0; one that ended otherwise is unscored and counts for nothing.
        {isWhole && nextPageToken === null ? "" : " There are more agents than are shown."}
      </p>
    </>
  );
}

const columns: readonly DataColumn<AgentPerformance>[] = [
  {
    id: "agent",
    header: "Agent",
    cell: ({ agent, digest, reference, otherDigests }) => (
      <span className="agent-name">
        <Link to="/agents/$agentName" params={{ agentName: agent }} search={{ digest }}>
          {agent}
        </Link>{" "}
        {reference ? <span className="tag">reference</span> : null}{" "}
        {otherDigests > 0 ? (
          <span className="tag" title={`${digest}; the name stands for ${otherDigests + 1} different agents`}>
            {digest.slice(7, 15)}
          </span>
        ) : null}
      </span>
    ),
    sortBy: ({ agent }) => agent,
  },
  {
    id: "rate",
    header: "Pass rate of the scored",
    cell: ({ passed, n, interval }) => <Rate hits={passed} n={n} interval={interval} of="scored" />,
    sortBy: ({ passRate }) => passRate,
  },
  {
    id: "mean",
    header: "Mean score",
    cell: ({ mean, n }) => (mean === null ? "–" : `${mean.toFixed(3)} of ${grouped(n)}`),
    sortBy: ({ mean }) => mean,
    isNumber: true,
  },
  { id: "runs", header: "Ended", cell: ({ runs }) => grouped(runs), sortBy: ({ runs }) => runs, isNumber: true },
  {
    id: "unscored",
    header: "Unscored",
    cell: ({ unscored }) => grouped(unscored),
    sortBy: ({ unscored }) => unscored,
    isNumber: true,
  },
  {
    id: "cells",
    header: "By benchmark",
    cell: ({ cells, hasMoreCells }) => <Cells cells={cells} hasMore={hasMoreCells} />,
  },
];

/** Cells in a row at once; the agent's own page has all. */
const cellsShown = 24;

/** One mark a benchmark: how much of it was passed. */
function Cells({ cells, hasMore }: { cells: AgentPerformance["cells"]; hasMore: boolean }) {
  const rest = cells.length - cellsShown;
  return (
    <span className="agent-cells">
      {cells.slice(0, cellsShown).map(({ benchmark, passed, scored, runs, mean }) => {
        const words = `${benchmark}: ${passed} of ${scored} scored passed, ${runs - scored} unscored${mean === null ? "" : `, mean ${mean.toFixed(3)}`}`;
        return (
          <Link
            key={benchmark}
            to="/benchmarks/$benchmarkId"
            params={{ benchmarkId: benchmark }}
            preload={false}
            className="agent-cell"
            title={words}
            aria-label={words}
          >
            <span style={{ height: `${scored === 0 ? 0 : (100 * passed) / scored}%` }} />
          </Link>
        );
      })}
      {rest > 0 ? <span className="soft">+{hasMore ? `${rest} or more` : rest}</span> : null}
    </span>
  );
}

function Readiness({ agents, defaultAgent }: { agents: readonly ListedAgent[]; defaultAgent: string }) {
  return (
    <DataTable
      caption="Agents that this server knows"
      rows={agents}
      rowId={({ name }) => name}
      columns={[
        {
          id: "agent",
          header: "Agent",
          cell: ({ name, reference }) => (
            <span className="row-of">
              <span className="mono">{name}</span>
              {reference ? <span className="tag">reference</span> : null}
              {name === defaultAgent ? <span className="tag">default</span> : null}
            </span>
          ),
        },
        {
          id: "ready",
          header: "Ready",
          cell: ({ isReady, missing }) =>
            isReady ? (
              <span className="mark good">
                <CircleCheck aria-hidden />
                ready
              </span>
            ) : (
              <span className="mark warn">
                <KeyRound aria-hidden />
                missing {missing.join(", ")}
              </span>
            ),
          sortBy: ({ isReady }) => (isReady ? 0 : 1),
        },
        { id: "kind", header: "Kind", cell: ({ kind }) => kind, sortBy: ({ kind }) => kind },
        { id: "model", header: "Model", cell: ({ model }) => <span className="mono">{model ?? "–"}</span> },
      ]}
    />
  );
}
