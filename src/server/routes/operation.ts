// Health, readiness, figures, workers, the queue, limits and verification.

import { isAbsolute } from "node:path";
import { RunledgerError } from "../../core/errors.ts";
import { parseLimitKey } from "../../core/limit-keys.ts";
import { findDiskFull } from "../../ledger/disk-full.ts";
import type { Finding, Ledger } from "../../ledger/ledger.ts";
import type { operationRoutes } from "../../protocol/http-operation-routes.ts";
import type { HandlersOf } from "../handler.ts";
import { openapiDocument } from "../openapi.ts";
import { apiActor, findRun, runBodies, type Site } from "../site.ts";

const pageRuns = 50;
const findingsMax = 1_000;
/** How long the ledger, or its disk, may take to answer before it counts as away, milliseconds. */
const ledgerMs = 2_000;

export const operationHandlers: HandlersOf<typeof operationRoutes> = {
  async health({ version }) {
    return { status: "ok", version, uptimeS: process.uptime() };
  },
  async ready({ site }) {
    return readiness(site);
  },
  async metrics({ metrics }) {
    const { body, contentType } = await metrics.text();
    return new Response(body, { headers: { "content-type": contentType } });
  },
  async openapi({ version }) {
    return openapiDocument(version);
  },
  async listWorkers({ site }) {
    const workers = await site.ledger.listWorkers();
    const bodies = workers.map(async ({ worker, place, pid, startedAt, slots, can, build, isDraining }) => {
      const isAlive = !(await site.ledger.isLockFree(worker));
      const freeSlots = isAlive ? Math.max(0, slots - (await site.ledger.liveAttempts(worker)).length) : null;
      return { id: worker, place, pid, startedAt, slots, freeSlots, can, build, isAlive, isDraining };
    });
    return { workers: await Promise.all(bodies), computedAt: new Date().toISOString() };
  },
  async queue({ query, site }) {
    const { pageSize = pageRuns, pageToken = null } = query;
    const filter = { statuses: ["queued" as const] };
    const [page, counts] = await Promise.all([
      site.ledger.listRuns(filter, { order: "oldest", pageSize, pageToken }),
      site.ledger.countRuns(),
    ]);
    const [first] =
      pageToken === null ? page.runs : (await site.ledger.listRuns(filter, { order: "oldest", pageSize: 1 })).runs;
    return {
      runs: await runBodies(site, page.runs),
      nextPageToken: page.nextToken,
      queued: counts.filter(({ status }) => status === "queued").reduce((sum, { runs }) => sum + runs, 0),
      oldestQueuedAt: first?.queuedSince ?? null,
    };
  },
  async listLimits({ site }) {
    return { limits: await site.ledger.listLimits() };
  },
  async setLimit({ body, site }) {
    const data = { key: parseLimitKey(body.key), max: body.max, who: site.who };
    await site.ledger.record({ type: "limit.set", data }, apiActor);
    return { limits: await site.ledger.listLimits() };
  },
  async verify({ body, site }) {
    return verified(site, body.ids);
  },
};

async function readiness(site: Site) {
  const { ledger } = site;
  const worker = site.workState();
  const reasons: string[] = [];
  const [ledgerFault, diskFault] = await Promise.all([
    faultOf(ledger.countRuns().then(() => null)),
    faultOf(diskFaultOf(ledger)),
  ]);
  if (ledgerFault !== null) reasons.push(`ledger: ${ledgerFault}`);
  if (diskFault !== null) reasons.push(`disk: ${diskFault}`);
  if (worker?.isDraining) reasons.push("worker: it is draining and takes no more runs");
  const state = ledgerFault === null ? ("open" as const) : ("unreachable" as const);
  const answer = { isReady: reasons.length === 0, reasons, ledger: { state, url: ledger.url }, worker };
  if (answer.isReady) return answer;
  throw new RunledgerError("server.not-ready", reasons.join("; "), { data: { ...answer } });
}

/** What is wrong, by what was found or thrown, or for want of an answer in time; null: nothing. */
async function faultOf(look: Promise<string | null>): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`it did not answer within ${ledgerMs} ms`), ledgerMs);
  const thrown = (error: unknown) => (error instanceof Error ? error.message : String(error));
  return Promise.race([look.catch(thrown), late.promise]).finally(() => clearTimeout(timer));
}

/** What is wrong with the disk of a ledger that is files; a database server looks after its own. */
async function diskFaultOf({ url, home }: Ledger): Promise<string | null> {
  if (!isAbsolute(url) || !(await findDiskFull(home))) return null;
  return `there is no room where the ledger lies, ${url}`;
}

async function verified(site: Site, ids: readonly string[] | undefined) {
  const runIds: string[] = [];
  for (const id of ids ?? []) runIds.push((await findRun(site, id)).id);
  const options = ids === undefined ? {} : { runIds };
  const findings: Finding[] = [];
  for (const source of [site.ledger.verify(options), site.verifyFiles(options)]) {
    for await (const finding of source) {
      if (findings.length === findingsMax) return { isClean: false, findings, hasMore: true };
      findings.push(finding);
    }
  }
  return { isClean: findings.length === 0, findings, hasMore: false };
}
