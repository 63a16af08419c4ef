// What a transaction is called as a point, whichever database it is done on.

/** What a transaction is, by the events in it: the first row all of whose types it has. */
const transactionNames: readonly (readonly [point: string, types: readonly string[]])[] = [
  ["plan", ["experiment.planned"]],
  ["deletion", ["run.delete_requested"]],
  ["hold", ["attempt.ended", "run.paused"]],
  ["conclusion", ["attempt.ended"]],
  ["adoption", ["attempt.adopted"]],
  ["cancel", ["run.cancel_requested"]],
  ["cancel", ["run.cancelled"]],
  ["pause", ["run.pause_requested"]],
  ["pause", ["run.paused"]],
  ["claim", ["attempt.claimed"]],
  ["orphaning", ["attempt.orphaned"]],
];

/** Events that are no run's. */
const ofLedger = new Set([
  ...["worker.started", "worker.drained", "worker.gone", "limit.set"],
  ...["catalog.changed", "token.created", "token.revoked"],
]);

/** The point of a transaction with events of these types; null if no run has a part in it. */
export function nameOfTransaction(types: ReadonlySet<string>): string | null {
  const named = transactionNames.find(([, of]) => of.every((type) => types.has(type)));
  if (named !== undefined) return named[0];
  return [...types].some((type) => !ofLedger.has(type)) ? "intake" : null;
}
