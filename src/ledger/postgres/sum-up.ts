// Sums up what groups have counted, now and then: the rows of each key are replaced by their sum, so that readers, who add
// them up, find few.

import type { Connection } from "./connection.ts";
import { foldAgentTallies } from "./move-agent-tally.ts";
import { foldCounts } from "./move-count.ts";
import { foldTallies } from "./move-tally.ts";
import type { PendingRows } from "./pending-rows.ts";
import { begin, lockLedger } from "./read-facts.ts";

/**
 * Sums up all that has the keys of these rows. As every writer does, under the ledger's lock: who makes the folds anew
 * would not see the sums of one who had begun before, and leave them there beside the new ones.
 */
export async function sumUp(
  connection: Connection,
  { counts, tallies, agentTallies }: Pick<PendingRows, "counts" | "tallies" | "agentTallies">,
): Promise<void> {
  const scopes = new Set(counts.map(({ scope }) => scope));
  const experimentIds = new Set(tallies.map(({ experiment_id }) => experiment_id));
  const agents = new Set(agentTallies.map(({ agent }) => agent));
  if (scopes.size + experimentIds.size + agents.size === 0) return;
  const sent: Promise<unknown>[] = [begin(connection), lockLedger(connection, "shared")];
  if (scopes.size > 0) sent.push(foldCounts(connection, [...scopes]));
  if (experimentIds.size > 0) sent.push(foldTallies(connection, [...experimentIds]));
  if (agents.size > 0) sent.push(foldAgentTallies(connection, [...agents]));
  // After one that failed it rolls back.
  sent.push(connection.run("COMMIT"));
  await Promise.all(sent);
}
