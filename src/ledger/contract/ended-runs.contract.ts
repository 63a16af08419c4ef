// Runs that ended in every way that counts differently for their agent.

import type { AgentTally } from "../agent-tally.ts";
import type { Ledger } from "../ledger.ts";
import {
  agentOf,
  complete,
  conclusionOf,
  endingOf,
  ingest,
  lose,
  queue,
  start,
  startedRecord,
} from "./samples.contract.ts";

/** Two digests of a model, and a reference agent; scored, failed by the agent, failed by others, lost, cancelled, open. */
export async function endRunsOfAgents(ledger: Ledger): Promise<void> {
  const agent = agentOf("glm");
  await complete(ledger, { agent }, ["score.recorded", { score: 1 / 3, passed: false, minScore: 1 }]);
  await complete(ledger, { agent }, ["score.recorded", { score: 2 / 3, passed: true, minScore: 0.5 }]);
  await complete(ledger, { agent: { ...agentOf("glm"), digest: `sha256:${"e".repeat(64)}` } as typeof agent });
  await complete(ledger);
  await fail(ledger, { code: "agent.failed", origin: "agent", message: "gave up" });
  await fail(ledger, { code: "limit.memory", origin: "runner", message: "too large", limit: "memory_mib" });
  await fail(ledger, { code: "limit.start_s", origin: "runner", message: "too slow", limit: "start_s" });
  await fail(ledger, { code: "provider.failed", origin: "provider", message: "away" });
  await lose(ledger, await start(ledger, { agent }));
  const cancelled = await queue(ledger, { agent });
  await ledger.execute(cancelled, { type: "cancel", graceMs: 0 }, "tester");
  await queue(ledger, { agent });
}

export function sumsOfAgents(ledger: Ledger): Promise<AgentTally[]> {
  return Promise.all(
    [null, undefined].map((subject) =>
      ledger.agentTallies({ limit: 100, ...(subject === undefined ? {} : { subject }) }),
    ),
  ).then((found) => found.flat());
}

async function fail(ledger: Ledger, error: Parameters<typeof endingOf>[1]): Promise<void> {
  const run = await start(ledger, { agent: agentOf("glm") });
  await ingest(ledger, run, startedRecord);
  await ledger.conclude(conclusionOf(run, endingOf("er", error), run.journal.finish("failed")));
}
