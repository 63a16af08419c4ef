// The run of the page, for the page and for its tabs.

import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { Run } from "../../../../src/core/run.ts";
import type { RunResource } from "../../../../src/views/run-resource.ts";
import { RunStore, type RunView } from "./run-store.ts";

export type PageRun = { run: Run; shown: RunResource };

export const PageRunContext = createContext<PageRun | null>(null);

/** Reads and follows a run as long as the component is there. */
export function useRunStore(id: string): { store: RunStore; view: RunView } {
  const store = useMemo(() => new RunStore(id), [id]);
  useEffect(() => {
    const opened = store.begin();
    return () => opened();
  }, [store]);
  const view = useSyncExternalStore(store.subscribe, store.view);
  return { store, view };
}

/** The run that the tabs are of. */
export function usePageRun(): PageRun {
  const found = useContext(PageRunContext);
  if (found === null) throw new Error("a tab stands within its run's page");
  return found;
}
