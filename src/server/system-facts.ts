// The state of the system in figures: the ledger and its database, and how far the live streams are behind it.

import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { SystemBody } from "../protocol/http-page-routes.ts";
import type { Site } from "./site.ts";

const behindMax = 1_000;

export async function systemFacts(site: Site, version: string): Promise<SystemBody> {
  const { ledger, hub, streams } = site;
  const [database, head, runs, fileBytes] = await Promise.all([
    ledger.databaseState(),
    ledger.headCursor(),
    ledger.countRuns(),
    bytesOfFiles(ledger.url),
  ]);
  const cursor = hub.cursor;
  const waiting = cursor === head ? [] : (await ledger.readAll(cursor, behindMax)).events;
  const [oldest] = waiting;
  const { server, durability, isDurable, feedLagMs } = database;
  return {
    ...{ version, uptimeS: process.uptime() },
    ledger: {
      ...{
        url: ledger.url,
        id: ledger.ledgerId,
        server,
        durability,
        isDurable,
        bytes: database.bytes ?? fileBytes,
        head,
      },
      runs: runs.filter((one) => one.runs > 0),
    },
    feed: {
      ...{ cursor, behind: waiting.length, heldMs: feedLagMs, streams: streams.count },
      lagMs: oldest === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldest.recordedAt)),
    },
    worker: site.workState(),
    computedAt: new Date().toISOString(),
  };
}

/** Of the database file and what is written ahead of it; null where the ledger is no file. */
async function bytesOfFiles(url: string): Promise<number | null> {
  if (!isAbsolute(url)) return null;
  const sizes = await Promise.all([url, `${url}-wal`].map((path) => stat(path).catch(() => null)));
  return sizes[0] === null ? null : sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
}
