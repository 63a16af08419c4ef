// A ledger behind a server: the port as far as commands need it, over the typed client, so that a command prints the
// same with --url as it does beside its ledger. What is about processes and files of this machine is refused.

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import type { Executed, Finding, Ledger } from "../ledger/ledger.ts";
import { type Client, createClient } from "../protocol/http-client.ts";
import type { Context } from "./command.ts";
import { patientFetch } from "./patient-fetch.ts";
import { RemoteChanges } from "./remote-changes.ts";
import { remoteReads } from "./remote-reads.ts";
import { SeenRuns } from "./remote-seen.ts";
import { setRemoteView } from "./remote-view.ts";

/** The client of --url, with the token of the environment. @throws RunledgerError `usage.bad-value` */
export function remoteClient({ options, env, output }: Context): Client | null {
  const given = options.text("url");
  if (given === null) return null;
  const url = URL.parse(given);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    const detail = `--url takes an address like http://127.0.0.1:4600, not ${JSON.stringify(given)}`;
    throw new RunledgerError("usage.bad-value", detail);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new RunledgerError(
      "usage.bad-value",
      "--url holds nothing but an address; a token goes into RUNLEDGER_TOKEN",
    );
  }
  const token = env.RUNLEDGER_TOKEN;
  const onAway = () => output.progress(`(${url.origin} does not answer; it is asked again)`);
  const base = { url: `${url.origin}${url.pathname}`, fetch: patientFetch(onAway) };
  return createClient(token ? { ...base, token } : base);
}

/** @throws RunledgerError `server.unreachable`, `request.no-token` and what else the server says */
export async function openRemoteLedger(client: Client): Promise<Ledger> {
  const url = await ledgerUrl(client);
  // Asked for something first, so that a missing token is told before anything else.
  await client.call("listRuns", { query: { pageSize: 1 } });
  const seen = new SeenRuns(client);
  const changes = new RemoteChanges(client);
  const reads = remoteReads(seen);
  let returnedAt = 0;
  const ledger: Ledger = {
    ...refusals,
    ...reads,
    ...remoteWrites(client, reads),
    url,
    ledgerId: "",
    // A folder that nobody makes: attempts have no files here.
    home: join(tmpdir(), `runledger-remote-${randomUUID()}`),
    takeoverAfterMs: null,
    notices: [],
    changeMark: () => changes.mark,
    async waitForChange({ timeoutMs, signal, since = returnedAt }) {
      const hasChanged = await changes.wait({ since, timeoutMs, signal });
      returnedAt = changes.mark;
      return hasChanged;
    },
    // Who supervises is for the server and its workers to see; nothing is adopted from here.
    isLockFree: async () => false,
    refuseMoved: () => undefined,
    verify: ({ runIds } = {}) => verification(client, runIds),
    close: () => changes.close(),
    [Symbol.asyncDispose]: () => changes.close(),
  };
  setRemoteView(ledger, seen);
  return ledger;
}

/** The ledger that the server has open, also while it takes no more runs. */
async function ledgerUrl(client: Client): Promise<string> {
  try {
    return (await client.call("ready")).ledger.url ?? "";
  } catch (error) {
    if (!(error instanceof RunledgerError) || error.code !== "server.not-ready") throw error;
    const { ledger } = error.data as { ledger?: { state?: unknown; url?: unknown } };
    if (ledger?.state !== "open") throw error;
    return String(ledger.url);
  }
}

function remoteWrites(
  client: Client,
  { getRun, readEvents }: Pick<Ledger, "getRun" | "readEvents">,
): Pick<Ledger, "execute"> {
  return {
    async execute(id, command): Promise<Executed> {
      const before = await getRun(id);
      if (before === null) throw new RunledgerError("run.not-found", `there is no run ${id}`);
      const params = { id };
      switch (command.type) {
        case "cancel":
          await client.call("cancelRun", { params, body: { graceMs: command.graceMs } });
          break;
        case "pause":
          await client.call("pauseRun", { params });
          break;
        case "resume":
          await client.call("resumeRun", { params });
          break;
        case "retry":
          await client.call("retryRun", { params });
          break;
        case "delete":
          await client.call("deleteRun", { params, query: { force: command.isForced ? "true" : "false" } });
          return { run: before, events: [] };
        default:
          throw refusal(command.type);
      }
      const run = (await getRun(id)) ?? before;
      return { run, events: await readEvents(id, before.seq, 10) };
    },
  };
}

async function* verification(client: Client, runIds: string[] | undefined): AsyncGenerator<Finding> {
  const body = runIds === undefined ? {} : { ids: runIds };
  const { findings, hasMore } = await client.call("verify", { body });
  yield* findings as Finding[];
  if (!hasMore) return;
  const detail = "there are more findings than a server tells of at once; run verify beside its ledger";
  yield { runId: null, position: null, kind: "unreadable", detail };
}

/** What is about supervision, copies and files has its place beside the ledger. */
const refused = [
  ...["executeAll", "claim", "ingest", "conclude", "planExperiment", "importRun", "copyRun", "copyPlan"],
  ...["liveAttempts", "supervisors", "overdueRuns", "renew", "silentWorkers", "journalCursor", "readRows", "planRow"],
  ...["putBlob", "getBlob", "putLog", "holdLock", "forgetLock", "rebuild", "listExperiments", "agentTallies"],
  ...["readCatalog", "createToken", "getToken", "listTokens", "pickEvents", "record", "databaseState"],
] as const;

const refusals = Object.fromEntries(
  refused.map((name) => [name, () => Promise.reject(refusal(name))]),
) as unknown as Pick<Ledger, (typeof refused)[number]>;

function refusal(what: string): RunledgerError {
  return new RunledgerError("usage.not-remote", `${what} does not work through a server`);
}
