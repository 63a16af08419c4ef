// One run: what it is and how it stands, what can be done with it, and its tabs. Every tab is an address.

import { Link, useParams } from "@tanstack/react-router";
import { Trash2 } from "lucide-react";
import { type ComponentType, lazy, Suspense, useMemo } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Page, useTabTitle } from "../../shell/page.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { RunHead } from "./run-head.tsx";
import { PageRunContext, useRunStore } from "./use-run.ts";
import "./run.css";

const tabs: { name: string; words: string; Tab: ComponentType }[] = [
  { name: "overview", words: "Overview", Tab: OverviewTab },
  {
    name: "timeline",
    words: "Timeline",
    Tab: lazy(() => import("./timeline-tab.tsx").then(({ TimelineTab }) => ({ default: TimelineTab }))),
  },
  {
    name: "steps",
    words: "Steps",
    Tab: lazy(() => import("./steps-tab.tsx").then(({ StepsTab }) => ({ default: StepsTab }))),
  },
  {
    name: "transactions",
    words: "Transactions",
    Tab: lazy(() => import("./transactions-tab.tsx").then(({ TransactionsTab }) => ({ default: TransactionsTab }))),
  },
  {
    name: "flow",
    words: "Flow",
    Tab: lazy(() => import("./flow-tab.tsx").then(({ FlowTab }) => ({ default: FlowTab }))),
  },
  {
    name: "variables",
    words: "Variables",
    Tab: lazy(() => import("./variables-tab.tsx").then(({ VariablesTab }) => ({ default: VariablesTab }))),
  },
  {
    name: "logs",
    words: "Logs",
    Tab: lazy(() => import("./logs-tab.tsx").then(({ LogsTab }) => ({ default: LogsTab }))),
  },
  {
    name: "events",
    words: "Events",
    Tab: lazy(() => import("./events-tab.tsx").then(({ EventsTab }) => ({ default: EventsTab }))),
  },
  {
    name: "files",
    words: "Files",
    Tab: lazy(() => import("./files-tab.tsx").then(({ FilesTab }) => ({ default: FilesTab }))),
  },
];

export function RunPage() {
  const { runId = "", tab = "overview" } = useParams({ strict: false });
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
              data-status={name === tab ? "active" : undefined}
              aria-current={name === tab ? "page" : undefined}
              ref={name === tab ? bringIntoSight : undefined}
            >
              <span data-words={words}>{words}</span>
            </Link>
          ))}
        </nav>
        <Suspense fallback={<Loading what="Loading" />}>
          <Tab />
        </Suspense>
      </div>
    </PageRunContext.Provider>
  );
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
