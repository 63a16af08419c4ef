// Every way to ask for a list of runs, each where it is worst: no match, one match at the far end, the last page.

import type { Ledger } from "../src/ledger/ledger.ts";
import { tokenOfCreated } from "../src/ledger/page-token.ts";
import { runRoutes } from "../src/protocol/http-run-routes.ts";

/** What there is once, and at the far end of a list that begins with the newest. */
export type Rare = { subject: string; agent: string; label: string; experimentId: string };
/** What many runs have; no run of the team is the other agent's. */
export type Common = { subject: string; agent: string; team: string; otherAgent: string };

/** Queries by what they are. @throws Error if a parameter of the route is in none of them */
export async function listQueries(ledger: Ledger, { rare, common }: { rare: Rare; common: Common }) {
  const { subject, agent, label, experimentId } = rare;
  const { subject: busySubject, agent: busyAgent, team, otherAgent } = common;
  const [newest] = (await ledger.listRuns({}, { pageSize: 1 })).runs;
  const { runs: oldest } = await ledger.listRuns({}, { pageSize: 40, order: "oldest" });
  const last = tokenOfCreated((oldest.at(-1)?.position ?? 0) + 1, "newest");
  const past = new Date(Date.parse(oldest[0]?.queuedAt ?? "") - 1).toISOString();
  const queries: Record<string, string> = {
    "all, first page": "",
    "all, the last page": `pageToken=${last}`,
    "all, oldest first": "order=oldest",
    "all, 500 with their folds": "pageSize=500&fold=true",
    "a status that none has": "status=failed",
    "a status that one has": "status=lost",
    "two statuses that none has": "status=failed,timed_out",
    "the status of nearly all": "status=completed",
    "a verdict that one has": "passed=false",
    "a kind that none has": "kind=scenario",
    "a kind that one has": "kind=command",
    "a subject that one has": `subject=${subject}`,
    "a benchmark with many": `benchmark=${busySubject}`,
    "a scenario that is not there": "scenario=none",
    "a prefix of all": `text=${busySubject.slice(0, 1)}`,
    "a prefix of none": "text=zzz",
    "a prefix of all, no match": `text=${busySubject.slice(0, 1)}&status=failed`,
    "an agent that one has": `agent=${agent}`,
    "an agent with many, no match": `agent=${busyAgent}&status=failed`,
    "an agent with many, no verdict": `agent=${busyAgent}&passed=false`,
    "a label that one has": `label=${label}`,
    "a label with many, no match": `label=team=${team}&status=failed`,
    "a subject with many, no match": `subject=${busySubject}&status=failed`,
    "two with many, and nothing in common": `label=team=${team}&agent=${otherAgent}`,
    "an experiment": `experiment=${experimentId}`,
    "an experiment that is not there": "experiment=01900000-0000-7000-8000-000000000000",
    "since later than all": "since=2999-01-01T00:00:00Z",
    "until before all": `until=${past}`,
    "by the end of an id": `tail=${newest?.id.slice(-8)}`,
    "with counts of all": "counts=true",
    "with counts of a label": `counts=true&label=team=${team}`,
    "with counts of a kind": "counts=true&kind=benchmark&pageSize=1",
  };
  const asked = Object.values(queries).flatMap((query) => [...new URLSearchParams(query).keys()]);
  const missing = Object.keys(runRoutes.listRuns.query.shape).filter((name) => !asked.includes(name));
  if (missing.length > 0) throw new Error(`nothing measures ${missing.join(", ")}`);
  return queries;
}
