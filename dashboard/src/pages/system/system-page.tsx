// The state of the system: who works on what, what waits and why, the limits over all workers, the ledger, and
// verification on demand.

import { Page } from "../../shell/page.tsx";
import { LedgerPanel } from "./ledger-panel.tsx";
import { LimitsPanel } from "./limits-panel.tsx";
import { QueuePanel } from "./queue-panel.tsx";
import { VerifyPanel } from "./verify-panel.tsx";
import { WorkersPanel } from "./workers-panel.tsx";
import "../../design/figures.css";
import "./system.css";

export function SystemPage() {
  return (
    <Page title="System">
      <WorkersPanel />
      <QueuePanel />
      <div className="system-columns">
        <LimitsPanel />
        <LedgerPanel />
      </div>
      <VerifyPanel />
    </Page>
  );
}
