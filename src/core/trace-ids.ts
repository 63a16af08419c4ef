// The ids of traces and spans. They derive from a run's id and its events, so that everybody who has to name one, the
// program of an agent among them, names the same.

/** The trace of a run: its id, as the sixteen bytes that it is. All attempts of a run are one trace. */
export function traceIdOf(runId: string): string {
  const hex = runId.replaceAll("-", "").toLowerCase();
  // A UUID may be nil, a trace id may not.
  return /^0+$/.test(hex) ? "f".repeat(32) : hex;
}

/** The span that the event `seq` of a run opened: unique in its run by `seq`, and among runs by the run's id. */
export function spanIdOf(runId: string, seq: number): string {
  const low = BigInt(`0x${runId.replaceAll("-", "").slice(16)}`);
  const mixed = low ^ BigInt(seq);
  return (mixed === 0n ? low : mixed).toString(16).padStart(16, "0");
}

/** The `traceparent` of W3C Trace Context under which a run's agent traces itself: the span of the run as a whole. */
export function traceparentOf(runId: string): string {
  return `00-${traceIdOf(runId)}-${spanIdOf(runId, 1)}-01`;
}
