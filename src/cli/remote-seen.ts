// Runs as a server tells them: the fold, and beside it what was computed at that moment, kept for as long as somebody
// holds the run.

import type { Computed } from "../core/computed.ts";
import type { Run } from "../core/run.ts";
import type { Client } from "../protocol/http-client.ts";
import type { RunBody } from "../protocol/http-resources.ts";
import type { RemoteView } from "./remote-view.ts";

export class SeenRuns implements RemoteView {
  readonly client: Client;
  readonly #bodies = new WeakMap<Run, RunBody>();

  constructor(client: Client) {
    this.client = client;
  }

  /** The fold, with its body kept. */
  keep(fold: unknown, body: RunBody): Run {
    const run = fold as Run;
    this.#bodies.set(run, body);
    return run;
  }

  async computedOf(run: Run): Promise<Computed> {
    const { liveness, waitingFor, waitingOn, computedAt } = await this.#bodyOf(run);
    return { liveness, waitingFor, waitingOn, computedAt };
  }

  async filesOf(run: Run): Promise<{ session?: string }> {
    const { session } = (await this.#bodyOf(run)).files;
    return session === undefined ? {} : { session };
  }

  async isChangedSince(run: Run): Promise<boolean | null> {
    return (await this.#bodyOf(run)).isChangedSince;
  }

  async #bodyOf(run: Run): Promise<RunBody> {
    const known = this.#bodies.get(run) ?? (await this.client.call("getRun", { params: { id: run.id } }));
    this.#bodies.set(run, known);
    return known;
  }
}
