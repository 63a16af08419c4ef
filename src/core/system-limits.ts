// The fixed limits of the system itself. This file imports nothing, so that a booting runner can afford it.

export const systemLimits = {
  /** JSON text of one event, bytes; what is larger is a blob. */
  eventBytesMax: 64 * 1024,
  /** A value above this size is kept as a blob and named by its digest. */
  blobBytesMin: 16 * 1024,
  /** One log chunk, bytes. */
  logChunkBytesMax: 64 * 1024,
  /** Each kept end of a log stream, bytes: the first 8 MiB and the last 8 MiB. */
  logEndBytesMax: 8 * 1024 * 1024,
  /** One journal line, bytes, above which it is not a line but damage. */
  journalLineBytesMax: 512 * 1024,
  /** Events in one group commit. */
  groupEventsMax: 500,
  /** How long a group may hold the ledger's lock, milliseconds. */
  groupHoldMsMax: 20,
  /** Runner to first line. */
  startMsMax: 30_000,
  /** Runs given back in a row before the run fails. */
  givenBackMax: 3,
  /** A runner may linger this long after its finish record. */
  lingerMsMax: 2_000,
  /** Vouching for runners, milliseconds between two. */
  vouchMs: 2_000,
  /** A worker's lease where hosts share a ledger: how long it holds, and how often it is renewed, milliseconds. */
  leaseMs: 15_000,
  renewMs: 2_000,
  /** How long another host's worker may be silent before its runs are taken over, milliseconds. */
  takeoverAfterMs: 20_000,
  /**
   * A worker that cannot renew stops its runners' processes this long before it may be taken for gone, milliseconds; and
   * 3 s before they would give up by themselves, since it may get no processor for that long.
   */
  freezeBeforeTakeoverMs: 13_000,
  /** A runner whose worker has not been heard of ends itself this long before a take-over, milliseconds. */
  endBeforeTakeoverMs: 8_000,
  /** A spare runner's age at which it is replaced. */
  spareMsMax: 600_000,
  /** Rows in one page of a list. */
  pageRowsMax: 500,
  /** Events that one request for a page of them may look at. */
  pageLooksMax: 5_000,
  /** Runs that one list request may look at: a list of a million runs takes hardly longer than one of a thousand. */
  listLooksMax: 1_000,
  /** Runs of one experiment: they are planned in one transaction. */
  experimentCellsMax: 50_000,
  /** What a limit over all workers may be set to: it has a row for each slot. */
  slotsMax: 10_000,
  /**
   * Lanes of the queue that one claim looks at when it may not take the first run of all. Only runs whose labels are
   * all different from each other's make that many; those behind wait until lanes before them are empty.
   */
  lanesMax: 10_000,
  /** One try of a model call where the run sets no limit, milliseconds. */
  modelCallMsMax: 3_600_000,
  /** One answer of a model as it comes over the wire, bytes. */
  modelReplyBytesMax: 32 * 1024 * 1024,
  /** Waiting between two tries of a model call: doubled each time, and at most, milliseconds. */
  modelBackoffMs: 1_000,
  modelBackoffMsMax: 30_000,
  /** The longest that a provider's Retry-After is waited for, milliseconds. */
  retryAfterMsMax: 60_000,
  /** A recording of model calls that is read to be replayed, bytes. */
  recordingBytesMax: 256 * 1024 * 1024,
  /** What a run is counted to have used at most: fifty thousand such runs still have a sum. */
  runTokensMax: 100_000_000_000,
  runCostUsdMax: 100_000,
  /** What a program may say that one model call of its used. */
  reportedTokensMax: 1_000_000_000,
  reportedCostUsdMax: 10_000,
  /** What a run's agents may send of themselves as spans, over all attempts: how many, and bytes of JSON. */
  receivedSpansMax: 10_000,
  receivedSpanBytesMax: 32 * 1024 * 1024,
  /** One answer of a server of tools as it comes over HTTP, bytes. */
  mcpReplyBytesMax: 8 * 1024 * 1024,
  /** Last stderr kept as evidence, bytes. */
  stderrTailBytes: 2_048,
} as const;
