// What the server needs from the process that it is part of: the ledger, and whatever has to do with processes, files
// and agents, which are other folders' business.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import type { Computed } from "../core/computed.ts";
import type { RunLimits, RunLimitsPatch } from "../core/limits.ts";
import type { PlannedAgent } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import type { ListedAgent } from "../protocol/http-catalog-routes.ts";
import type { CommandContent } from "../protocol/spec.ts";

export type AgentPort = {
  /** The agent of runs that name none. */
  defaultName: string;
  list(): ListedAgent[];
  /** @throws RunledgerError `agent.unknown` with the nearest names */
  choose(name: string): PlannedAgent;
  /** @throws RunledgerError `provider.no-price` where a limit on cost is to hold a model without a known price */
  refuseUnpriced(agent: PlannedAgent["identity"], limits: Pick<RunLimits, "cost_usd">): void;
  /** Names of the variables without which a benchmark's judges could not be asked. @throws RunledgerError `model.unknown` */
  needsOf(benchmark: Benchmark): string[];
};

/** Files that belong to runs. */
export type RunFilesPort = {
  /** Path of the session file if it exists now, as it is shown. */
  session(runId: string): string | null;
  /** Where an attempt's output is first written; it need not exist. */
  output(place: { runId: string; attempt: number; stream: "stdout" | "stderr" }): string;
  /** Removes what was made at a run's end: it is about to get another one. */
  forgetEnd(runId: string): Promise<void>;
  /** Removes all files of a deleted run. */
  removeAll(runId: string): Promise<void>;
};

export type ServerPorts = {
  ledger: Ledger;
  agents: AgentPort;
  files: RunFilesPort;
  /** Limits of benchmarks' runs by the configuration: above those of files, beneath those of a request. */
  limits: RunLimitsPatch;
  /** Commands that may be started over HTTP, by name. */
  commands: Readonly<Record<string, CommandContent>>;
  /** Folders and files that the catalog is read from, as they are named from `cwd`. */
  benchmarkFolders: readonly string[];
  cwd: string;
  /** Looks at runs one after the other, for the fields that are computed at each read. */
  openLook(): (run: Run) => Promise<Computed>;
  /** Compares the ledger with the files beside it. */
  verifyFiles(options: { runIds?: string[] }): AsyncIterable<Finding>;
  /** The worker in this process; null if there is none. */
  workState(): WorkState | null;
  /** Whose name new runs carry. */
  who: string;
};

export type WorkState = { slots: number; running: number; isDraining: boolean };
