// Every page by its address. Each is a chunk of its own, read when somebody goes there. What may stand behind the "?" is
// parsed here, at the border: what it cannot be is dropped.

import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { EmptyState, ErrorState } from "./design/states.tsx";
import { agentSearch, compareSearch, experimentsSearch, newRunSearch } from "./page-search.ts";
import { benchmarksSearch } from "./pages/benchmarks/benchmarks-search.ts";
import { runSearch } from "./pages/run/run-search.ts";
import { runsSearch } from "./pages/runs/runs-search.ts";
import { Page } from "./shell/page.tsx";
import { Shell } from "./shell/shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NoPage });

const routeTree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    validateSearch: runsSearch,
    component: lazyRouteComponent(() => import("./pages/runs/runs-page.tsx"), "RunsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runs",
    beforeLoad: () => {
      throw redirect({ to: "/" });
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runs/$runId",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("./pages/run/run-page.tsx"), "RunPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runs/$runId/$tab",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("./pages/run/run-page.tsx"), "RunPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/experiments",
    validateSearch: experimentsSearch,
    beforeLoad: ({ search }) => {
      if (search.id === undefined) return;
      throw redirect({ to: "/experiments/$experimentId", params: { experimentId: search.id } });
    },
    component: lazyRouteComponent(() => import("./pages/experiments/experiments-page.tsx"), "ExperimentsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/experiments/$experimentId",
    component: lazyRouteComponent(() => import("./pages/experiments/experiment-page.tsx"), "ExperimentPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/benchmarks",
    validateSearch: benchmarksSearch,
    component: lazyRouteComponent(() => import("./pages/benchmarks/benchmarks-page.tsx"), "BenchmarksPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/benchmarks/$benchmarkId",
    component: lazyRouteComponent(() => import("./pages/benchmarks/benchmark-page.tsx"), "BenchmarkPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/agents",
    component: lazyRouteComponent(() => import("./pages/agents/agents-page.tsx"), "AgentsPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/agents/$agentName",
    validateSearch: agentSearch,
    component: lazyRouteComponent(() => import("./pages/agents/agent-page.tsx"), "AgentPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/compare",
    validateSearch: compareSearch,
    component: lazyRouteComponent(() => import("./pages/compare/compare-page.tsx"), "ComparePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/new",
    validateSearch: newRunSearch,
    component: lazyRouteComponent(() => import("./pages/new-run/new-run-page.tsx"), "NewRunPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/system",
    component: lazyRouteComponent(() => import("./pages/system/system-page.tsx"), "SystemPage"),
  }),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultErrorComponent: BrokenPage,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function NoPage() {
  return (
    <Page title="No such page">
      <EmptyState title="There is no page at this address">
        <p>Use the navigation to find what you look for.</p>
      </EmptyState>
    </Page>
  );
}

function BrokenPage({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something broke">
      <ErrorState error={error} onRetry={reset} />
    </Page>
  );
}
