// The page "Agents". Not built yet: it says where the same is to be had.

import { EmptyState } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";

export function AgentsPage() {
  return (
    <Page title="Agents">
      <EmptyState title="This page is not built yet">
        <p>The command line shows the same: runledger --help.</p>
      </EmptyState>
    </Page>
  );
}
