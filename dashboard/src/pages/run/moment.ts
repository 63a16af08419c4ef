// One event of a run, and the run as it was right after it. Neither ever changes, so neither is read twice.

import type { Run } from "../../../../src/core/run.ts";
import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { client } from "../../api/client.ts";

type Query<T> = {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal }) => Promise<T>;
  staleTime: number;
};

const staleTime = Number.POSITIVE_INFINITY;

/** The queries of the event and of the run as of it, in this order. */
export function momentQueries(runId: string, seq: number): [Query<EventBody | null>, Query<{ run: Run; seq: number }>] {
  const params = { id: runId };
  return [
    {
      queryKey: ["event", runId, seq],
      queryFn: async ({ signal }) => {
        const query = { after: seq - 1, limit: 1 };
        return (await client.call("runEvents", { params, query, signal })).events[0] ?? null;
      },
      staleTime,
    },
    {
      queryKey: ["state", runId, seq],
      queryFn: async ({ signal }) => {
        const { run, seq: at } = await client.call("runState", { params, query: { at: seq }, signal });
        return { run: run as Run, seq: at };
      },
      staleTime,
    },
  ];
}
