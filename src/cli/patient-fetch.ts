// Fetches that outlast a restart of the server: whoever watches a run for hours must not lose it for two seconds. Only
// what reads is asked again; a change may have been done, and is for its sender to look at.

import { setTimeout as wait } from "node:timers/promises";

/** How long a server that has answered before may be away, and how often it is tried, milliseconds. */
const awayMsMax = 60_000;
const againMs = 500;

/** @param onAway Told once each time that the server stops answering. */
export function patientFetch(onAway: () => void): typeof fetch {
  let hasAnswered = false;
  return async (input, init) => {
    const { method = "GET", signal } = init ?? {};
    const untilMs = performance.now() + awayMsMax;
    const mayAskAgain = () => method === "GET" && hasAnswered && !signal?.aborted && performance.now() < untilMs;
    for (let tries = 0; ; tries += 1) {
      const response = await fetch(input, init).catch((error: unknown) => {
        if (!mayAskAgain()) throw error;
        return null;
      });
      if (response !== null && !(mayAskAgain() && (await isStarting(response)))) {
        hasAnswered = true;
        return response;
      }
      if (tries === 0) onAway();
      await wait(againMs, undefined, signal ? { signal } : {});
    }
  };
}

/** Whether it listens already and has not opened its ledger yet. */
async function isStarting(response: Response): Promise<boolean> {
  if (response.status !== 503) return false;
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return (problem as { code?: unknown } | null)?.code === "server.starting";
}
