// What a command has to know when its ledger lies behind a server: what only the server can see of processes and files,
// and the client for what is more than reading.

import type { Computed } from "../core/computed.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Client } from "../protocol/http-client.ts";
import type { RunResource } from "../views/run-resource.ts";

export type RemoteView = {
  readonly client: Client;
  /** What the server saw of the run's processes, or of the queue that it waits in. */
  computedOf(run: Run): Promise<Computed>;
  /** Files made from the run, as the server names them. */
  filesOf(run: Run): Promise<RunResource["files"]>;
  /** Whether the server's benchmark of this id holds something else than the run was of. */
  isChangedSince(run: Run): Promise<boolean | null>;
};

const views = new WeakMap<Ledger, RemoteView>();

export function setRemoteView(ledger: Ledger, view: RemoteView): void {
  views.set(ledger, view);
}

/** Null for a ledger that this process has opened itself. */
export function remoteViewOf(ledger: Ledger): RemoteView | null {
  return views.get(ledger) ?? null;
}
