// The part of the port that is not about single runs: experiments as a list, what agents' runs add up to, the catalog,
// and tokens.

import type { LedgerEvent } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import type { AgentTally, AgentTallyQuery } from "./agent-tally.ts";
import type { SetCatalogRow } from "./catalog-row.ts";
import type { NewToken, StoredToken } from "./token-row.ts";

export type ExperimentPage = {
  experiments: Experiment[];
  /** For the next page, or null at the end. */
  nextToken: string | null;
};

/** The next events of a run in one direction, of some types or of all. */
export type PickQuery = {
  runId: string;
  /** Looks at what comes after this seq in order, or at what comes before it, newest first. */
  from: number;
  direction: "after" | "before";
  types: readonly string[] | null;
  limit: number;
};

export type PickedEvents = {
  events: LedgerEvent[];
  /** The last seq that was looked at: from there it goes on. One call looks at `pickLooksMax` events at most. */
  reached: number;
};

export interface LedgerAccess {
  /** @throws RunledgerError `run.deleted` */
  pickEvents(query: PickQuery): Promise<PickedEvents>;
  /** Experiments with what their runs add up to, newest first. */
  listExperiments(options: { pageSize?: number; pageToken?: string | null }): Promise<ExperimentPage>;
  /** What the ended benchmark runs of agents add up to, by agent, digest and subject; costs its rows alone. */
  agentTallies(query: AgentTallyQuery): Promise<AgentTally[]>;
  /** What the catalog held of a scope when it was last scanned, as far as it changed after a position. */
  readCatalog(scope: string, afterPosition: number): Promise<SetCatalogRow[]>;
  /** Stores a token, and the event that says so, in one transaction. It is revoked by recording token.revoked. */
  createToken(token: NewToken, actor: string): Promise<LedgerEvent>;
  getToken(id: string): Promise<StoredToken | null>;
  /** All tokens, revoked and expired ones too, oldest first. */
  listTokens(): Promise<StoredToken[]>;
}
