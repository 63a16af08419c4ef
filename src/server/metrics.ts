// Figures for Prometheus: requests, live streams, and what the events say of the queue and of delays.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { isKnown, type KnownEvent, type LedgerEvent } from "../core/events.ts";
import { runStatuses } from "../core/moves.ts";
import type { Batch } from "./event-cursors.ts";
import type { Site } from "./site.ts";

const delayBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Queued runs whose time is remembered until they are claimed; of more the oldest are forgotten, and not counted. */
const waitingMax = 10_000;

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<"route" | "status">;
  readonly #requestSeconds: Histogram<"route">;
  readonly #claimSeconds: Histogram;
  readonly #ingestSeconds: Histogram;
  readonly #feedSeconds: Histogram;
  readonly #queuedAtMs = new Map<string, number>();

  constructor(site: () => Site | null) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: delayBuckets, registers });
    this.#requests = new Counter({
      name: "runledger_http_requests_total",
      help: "Requests answered, by route and status",
      labelNames: ["route", "status"],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: "runledger_http_seconds",
      help: "Time to the answer's head, by route",
      labelNames: ["route"],
      buckets: delayBuckets,
      registers,
    });
    this.#claimSeconds = histogram("runledger_claim_seconds", "Time from queued to claimed");
    this.#ingestSeconds = histogram("runledger_ingest_lag_seconds", "Time from a runner's record to the ledger");
    this.#feedSeconds = histogram("runledger_feed_lag_seconds", "Time from the ledger to the live streams");
    addStreamGauges(site, registers);
    addLedgerGauges(site, registers);
    addDatabaseGauges(site, registers);
  }

  /** Prometheus text, and its content type. */
  async text(): Promise<{ body: string; contentType: string }> {
    return { body: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#requestSeconds.observe({ route }, seconds);
  }

  /** Takes what the hub has just read. */
  onBatch({ events }: Batch, nowMs: number): void {
    for (const event of events) this.#onEvent(event, nowMs);
  }

  #onEvent(event: LedgerEvent, nowMs: number): void {
    const recordedMs = Date.parse(event.recordedAt);
    this.#feedSeconds.observe(secondsBetween(recordedMs, nowMs));
    if (event.actor === "runner") this.#ingestSeconds.observe(secondsBetween(Date.parse(event.at), recordedMs));
    if (isKnown(event) && event.runId !== null) this.#onRunEvent(event, event.runId, recordedMs);
  }

  #onRunEvent({ type }: KnownEvent, runId: string, recordedMs: number): void {
    switch (type) {
      case "run.queued":
      case "run.resumed":
      case "run.retried": {
        this.#queuedAtMs.set(runId, recordedMs);
        const [oldest] = this.#queuedAtMs.keys();
        if (this.#queuedAtMs.size > waitingMax && oldest !== undefined) this.#queuedAtMs.delete(oldest);
        break;
      }
      case "attempt.claimed": {
        const queuedMs = this.#queuedAtMs.get(runId);
        if (queuedMs !== undefined) this.#claimSeconds.observe(secondsBetween(queuedMs, recordedMs));
        this.#queuedAtMs.delete(runId);
        break;
      }
      default:
        break; // nothing else begins or ends a wait
    }
  }
}

function addStreamGauges(site: () => Site | null, registers: Registry[]): void {
  new Gauge({
    name: "runledger_stream_clients",
    help: "Live streams that are open",
    registers,
    collect() {
      this.set(site()?.streams.count ?? 0);
    },
  });
  new Gauge({
    name: "runledger_stream_waiting_bytes",
    help: "Bytes that wait for clients of live streams",
    registers,
    collect() {
      this.set(site()?.streams.waitingBytes ?? 0);
    },
  });
}

/** What is read from the ledger when somebody asks; without the ledger these figures are missing, not 0. */
function addLedgerGauges(site: () => Site | null, registers: Registry[]): void {
  new Gauge({
    name: "runledger_runs",
    help: "Runs by status",
    labelNames: ["status"],
    registers,
    async collect() {
      this.reset();
      const counts = await site()
        ?.ledger.countRuns()
        .catch(() => undefined);
      if (counts === undefined) return;
      for (const status of runStatuses) this.set({ status }, 0);
      for (const { status, runs } of counts) this.inc({ status }, runs);
    },
  });
  new Gauge({
    name: "runledger_queue_oldest_seconds",
    help: "How long the oldest queued run has waited; 0 if none waits",
    registers,
    async collect() {
      this.reset();
      const page = await site()
        ?.ledger.listRuns({ statuses: ["queued"] }, { order: "oldest", pageSize: 1 })
        .catch(() => undefined);
      if (page === undefined) return;
      const [oldest] = page.runs;
      this.set(oldest === undefined ? 0 : secondsBetween(Date.parse(oldest.queuedSince), Date.now()));
    },
  });
}

/** What the ledger's database says of itself: how far the streams are behind, and by which settings answers are kept. */
function addDatabaseGauges(site: () => Site | null, registers: Registry[]): void {
  new Gauge({
    name: "runledger_feed_held_back_seconds",
    help: "How long the oldest event has waited that the live streams may not show yet; 0 if none waits",
    registers,
    async collect() {
      this.reset();
      const state = await site()
        ?.ledger.databaseState()
        .catch(() => undefined);
      if (state !== undefined) this.set(state.feedLagMs / 1000);
    },
  });
  new Gauge({
    name: "runledger_database_info",
    help: "1, with the database of the ledger and the settings by which an answered write is kept",
    labelNames: ["server", "durability"],
    registers,
    async collect() {
      this.reset();
      const state = await site()
        ?.ledger.databaseState()
        .catch(() => undefined);
      if (state !== undefined) this.set({ server: state.server, durability: state.durability }, 1);
    },
  });
}

/** Two clocks may have written the two times; no delay is negative. */
function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1000;
}
