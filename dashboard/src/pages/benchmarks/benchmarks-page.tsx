// The page "Benchmarks". Not built yet: it says where the same is to be had.

import { EmptyState } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";

export function BenchmarksPage() {
  return (
    <Page title="Benchmarks">
      <EmptyState title="This page is not built yet">
        <p>The command line shows the same: runledger --help.</p>
      </EmptyState>
    </Page>
  );
}
