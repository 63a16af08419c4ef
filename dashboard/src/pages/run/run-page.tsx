// One run: what it is and how it stands, what can be done with it, and its tabs. Every tab is an address.

import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { type ComponentType, lazy, Suspense, useEffect, useMemo } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Page, useTabTitle } from "../../shell/page.tsx";
import { AttemptGate } from "./attempt-gate.tsx";
import { momentQueries } from "./moment.ts";
import { OverviewTab } from "./overview-tab.tsx";
import { RunHead } from "./run-head.tsx";
import type { RunSearch } from "./run-search.ts";
import { PageRunContext, useRunStore } from "./use-run.ts";
import "./run.css";

type TabModule = { default: ComponentType };
type Tab = { name: string; words: string; Tab: ComponentType; load: () => Promise<unknown> };

function lazyTab(name: string, words: string, load: () => Promise<TabModule>): Tab {
  return { name, words, Tab: lazy(load), load };
}

const tabs: Tab[] = [
  { name: "overview", words: "Overview", Tab: OverviewTab, load: () => Promise.resolve() },
  lazyTab("timeline", "Timeline", () =>
    import("./timeline-tab.tsx").then(({ TimelineTab }) => ({ default: TimelineTab })),
  ),
  lazyTab("steps", "Steps", () => import("./steps-tab.tsx").then(({ StepsTab }) => ({ default: StepsTab }))),
  lazyTab("transactions", "Transactions", () =>
    import("./transactions-tab.tsx").then(({ TransactionsTab }) => ({ default: TransactionsTab })),
  ),
  lazyTab("flow", "Flow", () => import("./flow-tab.tsx").then(({ FlowTab }) => ({ default: FlowTab }))),
  lazyTab("variables", "Variables", () =>
    import("./variables-tab.tsx").then(({ VariablesTab }) => ({ default: VariablesTab })),
  ),
  lazyTab("logs", "Logs", () => import("./logs-tab.tsx").then(({ LogsTab }) => ({ default: LogsTab }))),
  lazyTab("events", "Events", () => import("./events-tab.tsx").then(({ EventsTab }) => ({ default: EventsTab }))),
  lazyTab("files", "Files", () => import("./files-tab.tsx").then(({ FilesTab }) => ({ default: FilesTab }))),
];

export function RunPage() {
  const { runId = "", tab = "overview" } = useParams({ strict: false });
  const { attempt, seq } = useSearch({ strict: false }) as RunSearch;
  useReadAhead(runId, tab, seq);
  const { store, view } = useRunStore(runId);
  const { run, shown } = view;
  useTabTitle(run === null ? "Run" : `${shortId(run.id)} ${run.status}`);
  const pageRun = useMemo(() => (run === null || shown === null ? null : { run, shown }), [run, shown]);
  if (view.isDeleted) return <Deleted id={runId} />;
  if (pageRun === null) {
    return (
      <Page title={`Run ${shortId(runId)}`}>
        {view.error === null ? (
          <Loading what="Reading the run" />
        ) : (
          <ErrorState error={view.error} onRetry={() => store.open()} />
        )}
      </Page>
    );
  }
  const Tab = (tabs.find(({ name }) => name === tab) ?? tabs[0])?.Tab ?? OverviewTab;
  return (
    <PageRunContext.Provider value={pageRun}>
      <div className="page fills run-page">
        <RunHead />
        <nav className="tabs" aria-label="Of this run">
          {tabs.map(({ name, words }) => (
            <Link
              key={name}
              to="/runs/$runId/$tab"
              params={{ runId, tab: name }}
              search={attempt === undefined ? {} : { attempt }}
              data-status={name === tab ? "active" : undefined}
              aria-current={name === tab ? "page" : undefined}
              ref={name === tab ? bringIntoSight : undefined}
            >
              <span data-words={words}>{words}</span>
            </Link>
          ))}
        </nav>
        <AttemptGate tab={tab}>
          <Suspense fallback={<Loading what="Loading" />}>
            <Tab />
          </Suspense>
        </AttemptGate>
      </div>
    </PageRunContext.Provider>
  );
}

/** What the address names is read beside the run and not after it: the tab's own program, and the event with its moment. */
function useReadAhead(runId: string, tab: string, seq: number | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    void tabs.find(({ name }) => name === tab)?.load();
    if (tab !== "events" || seq === undefined) return;
    const [ofEvent, ofState] = momentQueries(runId, seq);
    void queries.prefetchQuery(ofEvent);
    void queries.prefetchQuery(ofState);
  }, [queries, runId, tab, seq]);
}

/** On a narrow screen the tabs scroll; the one that is shown is among those in sight. */
function bringIntoSight(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

function Deleted({ id }: { id: string }) {
  return (
    <Page title={`Run ${shortId(id)}`}>
      <EmptyState Icon={Trash2} title="This run was deleted">
        <p>Its events, logs and files are gone; its id stays taken.</p>
        <Link to="/" className="button">
          To the list
        </Link>
      </EmptyState>
    </Page>
  );
}
