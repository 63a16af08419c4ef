// Types of runledger/client. Made by scripts/client-declarations.ts from the table of routes; do not edit.

export type Agent = {
  name: string;
  kind: "deterministic" | "scripted" | "model" | "command" | "code" | "replay";
  digest: string;
  model: string | null;
  reference: boolean;
  needs?: string[];
};

export type AgentPerformance = {
  agent: string;
  digest: string;
  reference: boolean;
  runs: number;
  scored: number;
  unscored: number;
  passed: number;
  mean: number | null;
  passRate: number;
  interval: [number, number];
  /** Runs that the pass rate is of: those that ended and count. */
  n: number;
  /** Further digests under the same name. */
  otherDigests: number;
  cells: Array<{
    benchmark: string;
    runs: number;
    scored: number;
    passed: number;
    mean: number | null;
  }>;
  /** True: it has more benchmarks than cells are told of. */
  hasMoreCells: boolean;
};

export type Benchmark = {
  id: string;
  description: string;
  tags: string[];
  metadata: Record<string, unknown>;
  environment: string;
  digest: string;
  source: "file" | "upserted";
  file: string | null;
  hasSolution: boolean;
  /** Its file holds something else than it did when it was read, or is gone; sync reads it anew. */
  isChangedSince: boolean;
};

export type BenchmarkDetail = {
  id: string;
  description: string;
  tags: string[];
  metadata: Record<string, unknown>;
  environment: string;
  digest: string;
  source: "file" | "upserted";
  file: string | null;
  hasSolution: boolean;
  /** Its file holds something else than it did when it was read, or is gone; sync reads it anew. */
  isChangedSince: boolean;
  prompt: string;
  steps: Array<{
    step: string;
    description: string | null;
    prompt: string;
  }>;
  tools: "all" | string[];
  limits: Record<string, unknown>;
  scoring: string;
  minScore: number;
  counts: Array<{
    status: string;
    passed: boolean | null;
    runs: number;
  }>;
  recentRuns: Run[];
  /** Only for callers with a token or a session. */
  groundTruth?: unknown;
  /** Only for callers with a token or a session. */
  solution?: unknown;
};

export type BenchmarkResult = {
  runId: string;
  status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
  passed: boolean | null;
  score: number | null;
  minScore: number | null;
  subjectDigest: string;
  agentDigest: string | null;
  /** RFC 3339, UTC, with milliseconds. */
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Of its attempts together; null while it has not ended. */
  tookMs: number | null;
};

export type Event = {
  position: number;
  runId: string | null;
  seq: number;
  attempt: number | null;
  v: number;
  type: string;
  /** RFC 3339, UTC, with milliseconds. */
  at: string;
  /** RFC 3339, UTC, with milliseconds. */
  recordedAt: string;
  actor: string;
  data: Record<string, unknown>;
};

export type Execution = {
  execution_id: string;
  benchmark_id: string;
  agent: string | null;
  status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
  progress: number | null;
  score: number | null;
  passed: boolean | null;
  /** RFC 3339, UTC, with milliseconds. */
  created_at: string;
  /** RFC 3339, UTC, with milliseconds. */
  updated_at: string;
  error_message: string | null;
  result_data: {
    success: boolean;
    score: number | null;
  } | null;
};

export type Experiment = {
  id: string;
  name: string | null;
  file: string | null;
  sources: string[];
  subjects: {
    kind: "benchmark" | "scenario" | "command";
    count: number;
    ids: string[];
  };
  agents: Agent[];
  conditions: Array<{
    name: string | null;
    set: Record<string, unknown>;
  }>;
  trials: number;
  seeds: {
    mode: "paired";
    base: number;
  };
  jobs: number;
  who: string;
  /** RFC 3339, UTC, with milliseconds. */
  plannedAt: string;
  position: number;
  planned: number;
  deleted: number;
  queued: number;
  paused: number;
  running: number;
  ended: number;
  scored: number;
  passed: number;
  below: number;
  countedAsZero: Record<string, number>;
  unscored: Record<string, number>;
  passRate: number;
  interval: [number, number];
  mean: number | null;
  tokens: number;
  costUsd: number | null;
  groups: Array<{
    planned: number;
    deleted: number;
    queued: number;
    paused: number;
    running: number;
    ended: number;
    scored: number;
    passed: number;
    below: number;
    countedAsZero: Record<string, number>;
    unscored: Record<string, number>;
    passRate: number;
    interval: [number, number];
    mean: number | null;
    tokens: number;
    costUsd: number | null;
    agent: string;
    condition: string | null;
  }>;
};

export type ExperimentCell = {
  runId: string;
  subject: string;
  agent: string | null;
  condition: string | null;
  trial: number;
  status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
  passed: boolean | null;
  score: number | null;
  standing: "open" | "scored" | "zero" | "unscored";
  /** Why there is no score: an error's origin, limit:NAME or cancelled; else empty. */
  why: string;
};

export type ExperimentPrice = {
  runs: number;
  /** The runs that it would put back in the queue, by status. */
  byStatus: Record<string, number>;
  /** Those of them whose agent is a model. */
  modelRuns: number;
  /** All turns of all their tries; null: the limit turns is lifted for some. */
  modelCallsAtMost: number | null;
  tokensAtMost: number | null;
  costUsdAtMost: number | null;
  /** False: there are more runs than one answer looks at. */
  isWhole: boolean;
};

export type Finding = {
  runId: string | null;
  position: number | null;
  kind: string;
  detail: string;
};

export type InlineBenchmark = {
  id: string;
  yaml: string;
  /** What its faults name it by; nothing is read. */
  file?: string;
  /** Files that the YAML names, by their paths beside it. */
  files?: Array<{
    path: string;
    executable?: boolean;
    content: {
      text: string;
    } | {
      base64: string;
    };
  }>;
};

export type Limit = {
  key: string;
  max: number;
  used: number;
};

export type Liveness = {
  state: "live" | "stale" | "unsupervised" | "unknown";
  /** RFC 3339, UTC, with milliseconds. */
  lastHeardAt: string;
  since: string | null;
  endsItselfAt: string | null;
};

export type NewExperiment = {
  /** Ids of benchmarks of the catalog, or of those that come inline. */
  benchmarks: string[];
  inline?: InlineBenchmark[];
  agents?: string[];
  conditions?: Array<{
    name: string;
    /** Over those of the file; null lifts one. */
    limits?: {
      wall_s?: number | null;
      idle_s?: number | null;
      queue_s?: number | null;
      agent_s?: number | null;
      turns?: number | null;
      tool_calls?: number | null;
      tokens?: number | null;
      cost_usd?: number | null;
      model_call_s?: number | null;
      tool_call_s?: number | null;
      memory_mib?: number | null;
      output_mib?: number | null;
      journal_mib?: number | null;
      events?: number | null;
      event_kib?: number | null;
      grace_s?: number | null;
      orphan_s?: number | null;
    };
  }>;
  trials?: number;
  /** Of trial 1; default: random. */
  seed?: number;
  jobs?: number;
  id?: string;
  name?: string | null;
  labels?: Record<string, string>;
  priority?: "high" | "normal" | "low";
  /** Over those of the file; null lifts one. */
  limits?: {
    wall_s?: number | null;
    idle_s?: number | null;
    queue_s?: number | null;
    agent_s?: number | null;
    turns?: number | null;
    tool_calls?: number | null;
    tokens?: number | null;
    cost_usd?: number | null;
    model_call_s?: number | null;
    tool_call_s?: number | null;
    memory_mib?: number | null;
    output_mib?: number | null;
    journal_mib?: number | null;
    events?: number | null;
    event_kib?: number | null;
    grace_s?: number | null;
    orphan_s?: number | null;
  };
  /** Further tries by policy. */
  retries?: number;
};

export type NewRun = {
  /** Id of a benchmark of the catalog. */
  benchmark?: string;
  inline?: InlineBenchmark;
  /** Name of a command of the configuration. */
  command?: string;
  /** Default: the server's default agent. */
  agent?: string;
  seed?: number;
  id?: string;
  name?: string | null;
  labels?: Record<string, string>;
  priority?: "high" | "normal" | "low";
  /** Over those of the file; null lifts one. */
  limits?: {
    wall_s?: number | null;
    idle_s?: number | null;
    queue_s?: number | null;
    agent_s?: number | null;
    turns?: number | null;
    tool_calls?: number | null;
    tokens?: number | null;
    cost_usd?: number | null;
    model_call_s?: number | null;
    tool_call_s?: number | null;
    memory_mib?: number | null;
    output_mib?: number | null;
    journal_mib?: number | null;
    events?: number | null;
    event_kib?: number | null;
    grace_s?: number | null;
    orphan_s?: number | null;
  };
  /** Further tries by policy. */
  retries?: number;
};

export type PerRun = {
  id: string;
  result: string;
  problem: Problem | null;
};

export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  fix: string;
  instance: string;
  data: Record<string, unknown>;
};

export type Run = {
  /** A run's id. */
  id: string;
  kind: "benchmark" | "scenario" | "command";
  subject: Subject;
  agent: Agent | null;
  name: string | null;
  experimentId: string | null;
  trial: number;
  seed: number | null;
  labels: Record<string, string>;
  priority: "high" | "normal" | "low";
  status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
  endedBy: string | null;
  passed: boolean | null;
  score: number | null;
  minScore: number | null;
  scoring: {
    profile: string;
    parts: Array<{
      type: string;
      [key: string]: unknown;
    }>;
    [key: string]: unknown;
  } | null;
  error: {
    code: string;
    origin: "agent" | "benchmark" | "scenario" | "environment" | "scorer" | "provider" | "runner" | "worker" | "operator";
    message: string;
    limit?: string;
    [key: string]: unknown;
  } | null;
  phase: string | null;
  progress: {
    done: number | null;
    total: number | null;
    message: string | null;
  } | null;
  step: {
    name: string;
    /** RFC 3339, UTC, with milliseconds. */
    since: string;
  } | null;
  stepsDone: number;
  liveness: Liveness | null;
  waitingFor: WaitReason[];
  waitingOn: {
    what: string;
    /** RFC 3339, UTC, with milliseconds. */
    since: string;
    ms: number;
    note: string | null;
  } | null;
  /** RFC 3339, UTC, with milliseconds. */
  computedAt: string;
  /** The present or last attempt; 0 before the first. */
  attempt: number;
  /** When its first line was taken; null before. */
  attemptStartedAt: string | null;
  /** Who supervises or supervised it. */
  worker: string | null;
  cancel: {
    /** RFC 3339, UTC, with milliseconds. */
    requestedAt: string;
    by: string;
    graceMs: number;
  } | null;
  /** Of an experiment's cell: the name of its condition. */
  condition: string | null;
  limits: Record<string, number | null>;
  againOf: string | null;
  imported: boolean;
  late: {
    records: number;
    claims: string | null;
    score: number | null;
  } | null;
  /** RFC 3339, UTC, with milliseconds. */
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Milliseconds that its ended attempts took together, without what lies between them. The present one began at `attemptStartedAt`. */
  workedMs: number;
  usage: {
    tokens: number;
    costUsd: number | null;
    modelCalls: number;
    toolCalls: number;
  };
  seq: number;
  position: number;
  files: {
    session?: string;
  };
  /** True: the benchmark of this id holds something else now than the run was of. Null: none can be read. */
  isChangedSince: boolean | null;
};

export type RunCount = {
  status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
  passed: boolean | null;
  runs: number;
};

export type Subject = {
  kind: "benchmark" | "scenario" | "command";
  id: string;
  digest: string;
  /** Variables without which its judge could not be asked. */
  needs?: string[];
  /** Paths that its programs do not see. */
  conceal?: string[];
};

export type Synced = {
  added: string[];
  changed: string[];
  removed: string[];
  unchanged: number;
  failed: Array<{
    file: string;
    code: string;
    detail: string;
  }>;
};

export type System = {
  version: string;
  uptimeS: number;
  ledger: {
    url: string;
    id: string;
    /** The database, with its version. */
    server: string;
    durability: string;
    isDurable: boolean;
    /** Of its tables or files, indexes included; null where nobody can tell. */
    bytes: number | null;
    /** The cursor after the newest event. */
    head: string;
    runs: Array<{
      status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
      passed: boolean | null;
      runs: number;
    }>;
  };
  feed: {
    /** Up to here the live streams have been told. */
    cursor: string;
    /** Events that they have not been told of yet, counted up to 1000. */
    behind: number;
    /** How long the oldest of these has waited; 0 without any. */
    lagMs: number;
    /** How long the database has held events back; 0 if none waits. */
    heldMs: number;
    streams: number;
  };
  worker: {
    slots: number;
    running: number;
    isDraining: boolean;
  } | null;
  /** RFC 3339, UTC, with milliseconds. */
  computedAt: string;
};

export type WaitReason = {
  reason: "worker" | "limit" | "retry" | "held";
  message: string;
  until: string | null;
};

export type Worker = {
  id: string;
  place: {
    bootId: string;
    pidns: string;
    home?: string;
  };
  pid: number;
  /** RFC 3339, UTC, with milliseconds. */
  startedAt: string;
  slots: number;
  freeSlots: number | null;
  can: {
    kinds: Array<"benchmark" | "scenario" | "command">;
    agents: string[] | null;
    labels: Record<string, string>;
  };
  build: string;
  isAlive: boolean;
  isDraining: boolean;
};

export type Routes = {
  /** runs, newest first: `GET /runs` */
  listRuns: {
    params: undefined;
    query: {
      status?: Array<"queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost">;
      kind?: "benchmark" | "scenario" | "command";
      /** Id of what is run, whatever its kind. */
      subject?: string;
      benchmark?: string;
      scenario?: string;
      /** Beginning of the id of what is run. */
      text?: string;
      agent?: string;
      /** KEY=VALUE */
      label?: string;
      passed?: "true" | "false";
      experiment?: string;
      /** RFC 3339 time or date. */
      since?: string;
      /** RFC 3339 time or date. */
      until?: string;
      order?: "newest" | "oldest";
      /** Last hex digits of the id; stands alone. */
      tail?: string;
      /** true: also how many runs there are of each status. */
      counts?: "true" | "false";
      /** true: also the whole fold of each run. */
      fold?: "true" | "false";
      pageSize?: number;
      /** nextPageToken of the page before, with the same filters. */
      pageToken?: string;
    };
    body: undefined;
    answer: {
      runs: Run[];
      /** Those of the runs, in their order. */
      folds?: Record<string, unknown>[];
      /** Of each status and verdict what the filter finds without its own status and passed. */
      counts?: RunCount[];
      /** False: only the newest were counted, as many as one list may look at; of each there may be more. */
      countsAreWhole?: boolean;
      nextPageToken: string | null;
      /** For /events: from there on nothing of this page is missed. */
      cursor: string;
    };
  };
  /** queues a run: `POST /runs` */
  createRun: {
    params: undefined;
    query: undefined;
    body: NewRun;
    answer: Run;
  };
  /** one run, from the ledger alone: `GET /runs/{id}` */
  getRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Run;
  };
  /** deletes a run; an active one only with force, which cancels it first: `DELETE /runs/{id}` */
  deleteRun: {
    params: {
      id: string;
    };
    query: {
      force?: "true" | "false";
    };
    body: undefined;
    answer: PerRun;
  };
  /** deletes runs, each on its own: `POST /runs:batchDelete` */
  batchDelete: {
    params: undefined;
    query: undefined;
    body: {
      ids: string[];
      force?: boolean;
    };
    answer: {
      results: PerRun[];
    };
  };
  /** cancels runs, each on its own: `POST /runs:batchCancel` */
  batchCancel: {
    params: undefined;
    query: undefined;
    body: {
      ids: string[];
      graceMs?: number;
    };
    answer: {
      results: PerRun[];
    };
  };
  /** puts ended runs back in the queue, each on its own: `POST /runs:batchRetry` */
  batchRetry: {
    params: undefined;
    query: undefined;
    body: {
      ids: string[];
    };
    answer: {
      results: PerRun[];
    };
  };
  /** asks for a cancel; the run is cancelled when its processes are seen gone: `POST /runs/{id}:cancel` */
  cancelRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      graceMs?: number;
    } | undefined;
    answer: Run;
  };
  /** asks for a pause at the next safe point: `POST /runs/{id}:pause` */
  pauseRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Run;
  };
  /** puts a paused run back in the queue: `POST /runs/{id}:resume` */
  resumeRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Run;
  };
  /** puts a run that failed, timed out, was lost or cancelled back in the queue: `POST /runs/{id}:retry` */
  retryRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Run;
  };
  /** queues a new run with the same content, agent and seed: `POST /runs/{id}:again` */
  againRun: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Run;
  };
  /** events of a run by seq; as a live stream with Accept: text/event-stream: `GET /runs/{id}/events` */
  runEvents: {
    params: {
      id: string;
    };
    query: {
      after?: number;
      /** Of a page: what is before this seq, newest first. */
      before?: number;
      /** Of a page: events of these types alone. */
      types?: string[];
      limit?: number;
    };
    body: undefined;
    answer: {
      events: Event[];
      /** The `after` (or `before`) of the next page: the last seq that this one looked at. */
      next: number;
      hasMore: boolean;
    };
  };
  /** the run's whole fold, as it is or as it was at one of its events: `GET /runs/{id}/state` */
  runState: {
    params: {
      id: string;
    };
    query: {
      /** A seq. */
      at?: number;
    };
    body: undefined;
    answer: {
      /** The run's whole fold: what evolve of core/run.ts takes and gives. Its fields are those of this build. */
      run: Record<string, unknown>;
      seq: number;
    };
  };
  /** the hash link with which the append that ended with an event was closed: `GET /runs/{id}/link` */
  runLink: {
    params: {
      id: string;
    };
    query: {
      seq?: number;
    };
    body: undefined;
    answer: {
      /** Null: no append ended with this event. */
      link: string | null;
    };
  };
  /** events of the whole ledger in order; as a live stream with Accept: text/event-stream: `GET /events` */
  allEvents: {
    params: undefined;
    query: {
      /** A cursor. Without it: the first page; a stream begins now. */
      after?: string;
      limit?: number;
      /** Of a stream: the runs that changed, not their events. */
      runs?: "changes";
    };
    body: undefined;
    answer: {
      events: Event[];
      /** The cursor after each of the events. */
      cursors: string[];
      cursor: string;
      hasMore: boolean;
    };
  };
  /** tries at the run, with what was seen of each end: `GET /runs/{id}/attempts` */
  runAttempts: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      attempts: Array<{
        attempt: number;
        /** The event with which it begins; its events go to the next one's. */
        claimedSeq: number;
        /** RFC 3339, UTC, with milliseconds. */
        claimedAt: string;
        startedAt: string | null;
        endedAt: string | null;
        worker: string;
        pid: number | null;
        containment: string | null;
        build: string | null;
        adoptions: number;
        outcome: "completed" | "failed" | "limit" | "cancelled" | "paused" | "orphaned" | "lost" | "given_back" | null;
        endedBy: string | null;
        error: {
          code: string;
          origin: "agent" | "benchmark" | "scenario" | "environment" | "scorer" | "provider" | "runner" | "worker" | "operator";
          message: string;
          limit?: string;
          [key: string]: unknown;
        } | null;
        score: number | null;
        passed: boolean | null;
        usage: {
          tokens: number;
          costUsd: number | null;
          modelCalls: number;
          toolCalls: number;
        } | null;
        evidence: Record<string, unknown> | null;
      }>;
      omitted: number;
    };
  };
  /** steps of the try that counts, with actions and observations: `GET /runs/{id}/steps` */
  runSteps: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      steps: Array<{
        step: number;
        name: string | null;
        description: string | null;
        status: "open" | "completed" | "failed";
        /** RFC 3339, UTC, with milliseconds. */
        startedAt: string;
        endedAt: string | null;
        actions: Array<{
          callId: string;
          tool: string;
          args: Record<string, unknown>;
          /** RFC 3339, UTC, with milliseconds. */
          at: string;
        }>;
        observations: Record<string, unknown>[];
      }>;
      omitted: number;
      answer: Record<string, unknown> | null;
    };
  };
  /** what agents and programs said: `GET /runs/{id}/messages` */
  runMessages: {
    params: {
      id: string;
    };
    query: {
      after?: number;
      limit?: number;
    };
    body: undefined;
    answer: {
      items: Array<{
        seq: number;
        /** RFC 3339, UTC, with milliseconds. */
        at: string;
        attempt: number | null;
        from: string;
        kind: string;
        text: string;
      }>;
      next: number | null;
    };
  };
  /** variables of a simulation as they stand: `GET /runs/{id}/variables` */
  runVariables: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      variables: Record<string, unknown>;
      seq: number;
      /** Why there can be none; null where a run has variables. */
      note: string | null;
    };
  };
  /** transactions on the Solana VM: `GET /runs/{id}/transactions` */
  runTransactions: {
    params: {
      id: string;
    };
    query: {
      after?: number;
      limit?: number;
    };
    body: undefined;
    answer: {
      items: Array<{
        seq: number;
        /** RFC 3339, UTC, with milliseconds. */
        at: string;
        attempt: number | null;
        signature: string;
        status: "success" | "failure";
        landed: boolean;
        computeUnits: number;
        feeLamports: string;
        slot: number;
        instructions: Record<string, unknown>[];
        logs: string[];
        error: string | null;
        [key: string]: unknown;
      }>;
      next: number | null;
    };
  };
  /** scores with their parts: `GET /runs/{id}/scores` */
  runScores: {
    params: {
      id: string;
    };
    query: {
      after?: number;
      limit?: number;
    };
    body: undefined;
    answer: {
      items: Array<{
        seq: number;
        /** RFC 3339, UTC, with milliseconds. */
        at: string;
        attempt: number | null;
        step: string | null;
        score: number | null;
        passed: boolean | null;
        minScore: number | null;
        scoring: {
          profile: string;
          parts: Array<{
            type: string;
            [key: string]: unknown;
          }>;
          [key: string]: unknown;
        } | null;
      }>;
      next: number | null;
    };
  };
  /** what an attempt printed, from a byte offset: `GET /runs/{id}/logs` */
  runLogs: {
    params: {
      id: string;
    };
    query: {
      attempt?: number;
      stream?: "stdout" | "stderr";
      offset?: number;
      limit?: number;
    };
    body: undefined;
    answer: {
      attempt: number;
      stream: "stdout" | "stderr";
      offset: number;
      /** The offset after what is here. */
      next: number;
      isAtEnd: boolean;
      /** Bytes of the whole stream by now. */
      bytes: number;
      /** When its file was written last; null if it is not on this host. */
      writtenAt: string | null;
      /** Offsets between which bytes of a long stream are kept nowhere any more. */
      cut: {
        from: number;
        to: number;
      } | null;
      /** UTF-8; a character is never cut in two. Bytes that are none become U+FFFD. */
      text: string;
    };
  };
  /** the trace as OTLP/JSON, or as a text tree: `GET /runs/{id}/trace` */
  runTrace: {
    params: {
      id: string;
    };
    query: {
      format?: "otlp" | "text";
    };
    body: undefined;
    answer: {
      resourceSpans: Record<string, unknown>[];
      omitted: number;
    };
  };
  /** what was called in which order, as a Mermaid diagram: `GET /runs/{id}/flow` */
  runFlow: {
    params: {
      id: string;
    };
    query: {
      /** Without it the newest. */
      attempt?: number;
    };
    body: undefined;
    answer: never;
  };
  /** files that the run kept: `GET /runs/{id}/files` */
  runFiles: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      files: Array<{
        name: string;
        bytes: number;
        digest: string | null;
        attempt: number | null;
        at: string | null;
      }>;
    };
  };
  /** one of them, as an attachment: `GET /runs/{id}/files/{name}` */
  runFile: {
    params: {
      id: string;
      name: string;
    };
    query: undefined;
    body: undefined;
    answer: never;
  };
  /** experiments, newest first: `GET /experiments` */
  listExperiments: {
    params: undefined;
    query: {
      /** Last hex digits of the id. */
      tail?: string;
      pageSize?: number;
      /** nextPageToken of the page before, with the same filters. */
      pageToken?: string;
    };
    body: undefined;
    answer: {
      experiments: Experiment[];
      nextPageToken: string | null;
    };
  };
  /** plans an experiment and queues all its runs, in one transaction: `POST /experiments` */
  createExperiment: {
    params: undefined;
    query: undefined;
    body: NewExperiment;
    answer: Experiment;
  };
  /** an experiment and what its runs add up to by now: `GET /experiments/{id}` */
  getExperiment: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: Experiment;
  };
  /** the plan and the tallies that its sums are made of, as the ledger keeps them: `GET /experiments/{id}/state` */
  experimentState: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      /** The run's whole fold: what evolve of core/run.ts takes and gives. Its fields are those of this build. */
      experiment: Record<string, unknown>;
    };
  };
  /** events of an experiment's runs; as a live stream with Accept: text/event-stream: `GET /experiments/{id}/events` */
  experimentEvents: {
    params: {
      id: string;
    };
    query: {
      after?: string;
      limit?: number;
    };
    body: undefined;
    answer: {
      events: Event[];
      cursor: string;
      hasMore: boolean;
    };
  };
  /** cancels what has not ended: `POST /experiments/{id}:cancel` */
  cancelExperiment: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      experiment: Experiment;
      changed: number;
      left: number;
    };
  };
  /** holds what waits, pauses what runs: `POST /experiments/{id}:pause` */
  pauseExperiment: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      experiment: Experiment;
      changed: number;
      left: number;
    };
  };
  /** puts back in the queue what is paused or was lost: `POST /experiments/{id}:resume` */
  resumeExperiment: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      experiment: Experiment;
      changed: number;
      left: number;
    };
  };
  /** puts ended runs back in the queue: `POST /experiments/{id}:retry` */
  retryExperiment: {
    params: {
      id: string;
    };
    query: undefined;
    body: {
      /** unscored: ended without their agent's doing (default); failed: all that broke. */
      only?: "unscored" | "failed";
    } | undefined;
    answer: {
      experiment: Experiment;
      changed: number;
      left: number;
    };
  };
  /** benchmarks of the catalog, by id: `GET /benchmarks` */
  listBenchmarks: {
    params: undefined;
    query: {
      /** Beginning of the id. */
      prefix?: string;
      tag?: string;
      environment?: string;
      pageSize?: number;
      /** nextPageToken of the page before, with the same filters. */
      pageToken?: string;
    };
    body: undefined;
    answer: {
      benchmarks: Benchmark[];
      nextPageToken: string | null;
      /** Files that the last scan could not read. */
      failed: Array<{
        file: string;
        code: string;
        detail: string;
      }>;
      syncedAt: string | null;
    };
  };
  /** one benchmark with its recent runs: `GET /benchmarks/{id}` */
  getBenchmark: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: BenchmarkDetail;
  };
  /** the YAML as it is now, ground truth included: for callers with a token or a session: `GET /benchmarks/{id}/source` */
  benchmarkSource: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      yaml: string;
      file: string | null;
      /** When the file was changed last, or the benchmark upserted. */
      changedAt: string | null;
      readAt: string | null;
      isChangedSince: boolean;
    };
  };
  /** contents that the newest runs under this id had: `GET /benchmarks/{id}/versions` */
  benchmarkVersions: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: {
      versions: Array<{
        digest: string;
        isCurrent: boolean;
        runs: number;
        /** RFC 3339, UTC, with milliseconds. */
        firstRunAt: string;
        /** RFC 3339, UTC, with milliseconds. */
        lastRunAt: string;
      }>;
      runsLooked: number;
    };
  };
  /** scenarios of the catalog; this build runs none: `GET /scenarios` */
  listScenarios: {
    params: undefined;
    query: {
      pageSize?: number;
      /** nextPageToken of the page before, with the same filters. */
      pageToken?: string;
    };
    body: undefined;
    answer: {
      scenarios: unknown[];
      nextPageToken: string | null;
    };
  };
  /** one scenario; this build knows none: `GET /scenarios/{id}` */
  getScenario: {
    params: {
      id: string;
    };
    query: undefined;
    body: undefined;
    answer: unknown;
  };
  /** scans the folders into the catalog: `POST /sync` */
  sync: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: Synced;
  };
  /** adds or replaces one benchmark: `POST /upsert-yml` */
  upsertYml: {
    params: undefined;
    query: {
      /** With a YAML body; else its own id. */
      id?: string;
    };
    body: {
      id?: string;
      yaml: string;
    };
    answer: {
      result: "added" | "changed" | "unchanged";
      benchmarks: Benchmark[];
    };
  };
  /** agents that this server knows, and whether they are ready: `GET /agents` */
  listAgents: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: {
      agents: Array<{
        name: string;
        kind: "deterministic" | "scripted" | "model" | "command" | "code" | "replay";
        digest: string;
        model: string | null;
        reference: boolean;
        needs?: string[];
        isReady: boolean;
        /** Names of the keys that it needs and this server does not have. */
        missing: string[];
      }>;
      defaultAgent: string;
    };
  };
  /** what the runs of each agent add up to, best pass rate first: `GET /agent-performance` */
  agentPerformance: {
    params: undefined;
    query: {
      agent?: string;
      benchmark?: string;
      /** true: reference agents, too, as where agent names one. */
      reference?: "true" | "false";
      pageSize?: number;
      pageToken?: string;
    };
    body: undefined;
    answer: {
      agents: AgentPerformance[];
      nextPageToken: string | null;
      /** Runs that all ranked agents have together. */
      runsLooked: number;
      /** False: there are more agents than one answer ranks. */
      isWhole: boolean;
    };
  };
  /** JSON Schema of a file format: `GET /schemas/{name}` */
  getSchema: {
    params: {
      name: string;
    };
    query: undefined;
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** whether the process answers; it does while the ledger is away: `GET /health` */
  health: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: {
      status: "ok";
      version: string;
      uptimeS: number;
    };
  };
  /** whether it can work, and if not, why: `GET /ready` */
  ready: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: {
      isReady: boolean;
      reasons: string[];
      ledger: {
        state: "opening" | "open" | "unreachable";
        url: string | null;
      };
      /** Null: this server supervises no runs itself. */
      worker: {
        slots: number;
        running: number;
        isDraining: boolean;
      } | null;
    };
  };
  /** figures as Prometheus text: `GET /metrics` */
  metrics: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: never;
  };
  /** this document: `GET /openapi.json` */
  openapi: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** workers that take runs from the queue: `GET /workers` */
  listWorkers: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: {
      workers: Worker[];
      /** RFC 3339, UTC, with milliseconds. */
      computedAt: string;
    };
  };
  /** what waits, oldest first, and why: `GET /queue` */
  queue: {
    params: undefined;
    query: {
      pageSize?: number;
      /** nextPageToken of the page before, with the same filters. */
      pageToken?: string;
    };
    body: undefined;
    answer: {
      runs: Run[];
      nextPageToken: string | null;
      queued: number;
      oldestQueuedAt: string | null;
    };
  };
  /** limits over all workers, with what is in use: `GET /limits` */
  listLimits: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: {
      limits: Limit[];
    };
  };
  /** sets a limit on runs at once; null lifts it: `PUT /limits` */
  setLimit: {
    params: undefined;
    query: undefined;
    body: {
      /** agent:NAME, provider:NAME or label:KEY=VALUE */
      key: string;
      max: number | null;
    };
    answer: {
      limits: Limit[];
    };
  };
  /** re-folds runs and compares ledger, journals and files: `POST /verify` */
  verify: {
    params: undefined;
    query: undefined;
    body: {
      ids?: string[];
    } | undefined;
    answer: {
      isClean: boolean;
      findings: Finding[];
      hasMore: boolean;
    };
  };
  /** takes spans of agents as OTLP JSON; also at /v1/traces, where OTEL_EXPORTER_OTLP_ENDPOINT leads: `POST /traces` */
  receiveTraces: {
    params: undefined;
    query: undefined;
    body: {
      resourceSpans: Array<{
        resource?: {
          attributes?: Array<{
            key: string;
            [key: string]: unknown;
          }>;
          [key: string]: unknown;
        };
        scopeSpans: Array<{
          scope?: Record<string, unknown>;
          spans: Array<{
            traceId: string;
            spanId: string;
            parentSpanId?: string;
            name: string;
            kind?: number | string;
            startTimeUnixNano: string | number;
            endTimeUnixNano: string | number;
            attributes?: Array<{
              key: string;
              [key: string]: unknown;
            }>;
            [key: string]: unknown;
          }>;
          [key: string]: unknown;
        }>;
        [key: string]: unknown;
      }>;
      [key: string]: unknown;
    };
    answer: {
      partialSuccess?: {
        rejectedSpans: string;
        errorMessage: string;
      };
    };
  };
  /** the cells of an experiment as they were planned, each with its result: `GET /experiments/{id}/cells` */
  experimentCells: {
    params: {
      id: string;
    };
    query: {
      pageSize?: number;
      pageToken?: string;
    };
    body: undefined;
    answer: {
      cells: ExperimentCell[];
      nextPageToken: string | null;
    };
  };
  /** what resume or retry would run again, and what that takes at most; nothing is started: `GET /experiments/{id}/price` */
  experimentPrice: {
    params: {
      id: string;
    };
    query: {
      verb?: "resume" | "retry";
      only?: "unscored" | "failed";
    };
    body: undefined;
    answer: ExperimentPrice;
  };
  /** the newest results of each benchmark of the catalog, by agent: `GET /benchmark-results` */
  benchmarkResults: {
    params: undefined;
    query: {
      /** Beginning of the benchmark's id. */
      prefix?: string;
      /** Results of each agent; default 8. */
      history?: number;
      pageSize?: number;
      pageToken?: string;
    };
    body: undefined;
    answer: {
      benchmarks: Array<{
        benchmark: string;
        digest: string;
        agents: Array<{
          agent: string;
          /** Newest first. */
          results: BenchmarkResult[];
        }>;
      }>;
      nextPageToken: string | null;
    };
  };
  /** the ledger's size and head, and how far the live streams are behind it: `GET /system` */
  system: {
    params: undefined;
    query: undefined;
    body: undefined;
    answer: System;
  };
  /** queues a run of the benchmark: `POST /benchmarks/{benchmark_id}/run` */
  clientRun: {
    params: {
      benchmark_id: string;
    };
    query: undefined;
    body: {
      agent?: string;
      execution_id?: string;
      seed?: number;
    } | undefined;
    answer: Execution;
  };
  /** one run of the benchmark: `GET /benchmarks/{benchmark_id}/status/{execution_id}` */
  clientStatus: {
    params: {
      benchmark_id: string;
      execution_id: string;
    };
    query: undefined;
    body: undefined;
    answer: Execution;
  };
  /** the newest run of the benchmark, or of one agent on it: `GET /benchmarks/{benchmark_id}/status` */
  clientNewestStatus: {
    params: {
      benchmark_id: string;
    };
    query: {
      agent?: string;
    };
    body: undefined;
    answer: Execution;
  };
  /** the run's calls as a Mermaid diagram; as a page with format=html: `GET /flows/{session_id}` */
  clientFlow: {
    params: {
      session_id: string;
    };
    query: {
      format?: "json" | "html";
    };
    body: undefined;
    answer: {
      session_id: string;
      diagram: string;
      metadata: {
        benchmark_id: string;
        agent: string | null;
        status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
        tool_count: number;
        step_count: number;
        duration_ms: number | null;
      };
    };
  };
  /** the run's trace as a text tree: `GET /execution-logs/{benchmark_id}` */
  clientExecutionLogs: {
    params: {
      benchmark_id: string;
    };
    query: {
      /** Default: the newest run of the benchmark. */
      execution_id?: string;
      agent?: string;
    };
    body: undefined;
    answer: {
      execution_id: string;
      benchmark_id: string;
      agent: string | null;
      status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
      progress: number | null;
      score: number | null;
      passed: boolean | null;
      /** RFC 3339, UTC, with milliseconds. */
      created_at: string;
      /** RFC 3339, UTC, with milliseconds. */
      updated_at: string;
      error_message: string | null;
      result_data: {
        success: boolean;
        score: number | null;
      } | null;
      trace: string;
      is_running: boolean;
    };
  };
  /** the run's steps and calls as a Mermaid diagram: `GET /flow-logs/{benchmark_id}` */
  clientFlowLogs: {
    params: {
      benchmark_id: string;
    };
    query: {
      /** Default: the newest run of the benchmark. */
      execution_id?: string;
      agent?: string;
    };
    body: undefined;
    answer: {
      execution_id: string;
      benchmark_id: string;
      agent: string | null;
      status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
      progress: number | null;
      score: number | null;
      passed: boolean | null;
      /** RFC 3339, UTC, with milliseconds. */
      created_at: string;
      /** RFC 3339, UTC, with milliseconds. */
      updated_at: string;
      error_message: string | null;
      result_data: {
        success: boolean;
        score: number | null;
      } | null;
      trace: string;
      is_running: boolean;
    };
  };
  /** the run's transactions as text: `GET /transaction-logs/{benchmark_id}` */
  clientTransactionLogs: {
    params: {
      benchmark_id: string;
    };
    query: {
      /** Default: the newest run of the benchmark. */
      execution_id?: string;
      agent?: string;
    };
    body: undefined;
    answer: {
      execution_id: string;
      benchmark_id: string;
      agent: string | null;
      status: "queued" | "starting" | "running" | "pausing" | "paused" | "cancelling" | "completed" | "failed" | "timed_out" | "cancelled" | "lost";
      progress: number | null;
      score: number | null;
      passed: boolean | null;
      /** RFC 3339, UTC, with milliseconds. */
      created_at: string;
      /** RFC 3339, UTC, with milliseconds. */
      updated_at: string;
      error_message: string | null;
      result_data: {
        success: boolean;
        score: number | null;
      } | null;
      transaction_logs: string;
      is_running: boolean;
    };
  };
};

export type RouteName = keyof Routes;

export type ClientOptions = {
  /** Where the server is: `http://127.0.0.1:4600`. */
  url: string;
  /** Of `runledger token create`; needed wherever the server listens beyond its machine. */
  token?: string;
  fetch?: typeof fetch;
};

type OptionalIfEmpty<K extends string, T> = [T] extends [undefined]
  ? { [P in K]?: undefined }
  : Record<never, never> extends T
    ? { [P in K]?: T }
    : undefined extends T
      ? { [P in K]?: T }
      : { [P in K]: T };

export type CallOptions<N extends RouteName> = OptionalIfEmpty<"params", Routes[N]["params"]> &
  OptionalIfEmpty<"query", Routes[N]["query"]> &
  OptionalIfEmpty<"body", Routes[N]["body"]> & {
    /** The same key with the same request makes nothing twice. */
    idempotencyKey?: string;
    /** Of a live stream: the id of the last message that was received. */
    lastEventId?: string;
    signal?: AbortSignal;
  };

type Arguments<N extends RouteName> = Record<never, never> extends CallOptions<N> ? [options?: CallOptions<N>] : [options: CallOptions<N>];

/** A message of a live stream. */
export type ServerEvent = { id: string | null; type: string; data: string };

export type Client = {
  /** Calls a route by its name and gives its JSON. What the server refuses is thrown as a RunledgerError. */
  call<N extends RouteName>(name: N, ...options: Arguments<N>): Promise<Routes[N]["answer"]>;
  /** The same as text, for routes that answer with text. */
  text<N extends RouteName>(name: N, accept: string, ...options: Arguments<N>): Promise<string>;
  /** The same as it comes. */
  raw<N extends RouteName>(name: N, accept: string, ...options: Arguments<N>): Promise<Response>;
  /** The messages of a live stream: of runEvents, allEvents, experimentEvents. Ends with the connection. */
  stream<N extends RouteName>(name: N, ...options: Arguments<N>): AsyncGenerator<ServerEvent>;
  /** The URL of a route. */
  urlOf<N extends RouteName>(name: N, ...options: Arguments<N>): string;
};

/** A client of the server at this address. */
export declare function createClient(options: ClientOptions): Client;

/** What a server refused, or that it could not be reached: `code` is stable, `data` holds what machines can use. */
export declare class RunledgerError extends Error {
  readonly code: string;
  readonly data: Record<string, unknown>;
}
