// `runledger doctor`: what is wrong with this machine or this ledger, and what to do about it. Exit 1 if anything fails.

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { problemOf } from "../core/errors.ts";
import { newRunId, shortId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { homeOfServer, ledgerFilesOf, serverOf } from "../ledger/ledger-url.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { type Tone, tone } from "../views/tone.ts";
import type { Command, Context } from "./command.ts";
import { databaseChecks } from "./database-checks.ts";
import { exitCodes } from "./exit-code.ts";
import { findLedger } from "./find-ledger.ts";
import { findInstallation } from "./installation.ts";
import {
  type Check,
  containmentCheck,
  diskCheck,
  fsyncCheck,
  networkCheck,
  runtimeChecks,
  watchCheck,
} from "./machine-checks.ts";
import { withLedger } from "./with-ledger.ts";

export const doctorCommand: Command = {
  name: "doctor",
  group: "Operate",
  summary: "looks at this machine and this ledger, and says what to do",
  usage: "doctor",
  options: {},
  operands: { min: 0, max: 0 },
  run: runDoctor,
};

async function runDoctor(context: Context): Promise<number> {
  const { output, options, env, cwd } = context;
  const place = findLedger({ option: options.text("ledger"), env, cwd });
  const files = serverOf(place.url, env) === null ? ledgerFilesOf(place.url, cwd) : null;
  const home = files?.home ?? homeOfServer(cwd, env);
  const folder = existsSync(home) ? home : cwd;
  const checks = [
    ...runtimeChecks(
      { node: process.versions.node, sqlite: process.versions.sqlite ?? "0" },
      findInstallation(env).build,
    ),
    ...(await orFailure("disk", () => diskCheck(folder, env))),
    ...(await orFailure("fsync", () => fsyncCheck(folder))),
    ...(await orFailure("inotify", () => watchCheck(folder))),
    ...(await orFailure("containment", containmentCheck)),
    ...(await orFailure("network", networkCheck)),
    ...(place.exists ? await ledgerChecks(context) : [noLedger]),
    ...(place.exists && files !== null ? [ballastCheck(files.ballast)] : []),
  ];
  if (output.isJson) output.json({ isHealthy: isHealthy(checks), checks });
  else output.result(output.isTerminal ? listing(checks) : rows(checks));
  return isHealthy(checks) ? exitCodes.ok : exitCodes.failed;
}

const noLedger: Check = { name: "ledger", level: "ok", says: "none here yet; the first run makes one", fix: null };

async function ledgerChecks(context: Context): Promise<Check[]> {
  try {
    return await withLedger(context, { purpose: "read" }, async (ledger) => [
      await ledgerCheck(ledger),
      ...(await databaseChecks(ledger)),
      ...(await orFailure("locks", () => lockCheck(ledger))),
      ...(await attemptChecks(ledger)),
    ]);
  } catch (error) {
    return [failure("ledger", error)];
  }
}

/** Room kept for the moment when the disk is full, so that running attempts can still be ended and recorded. */
function ballastCheck(path: string): Check {
  if (existsSync(path)) return { name: "ballast", level: "ok", says: "64 MiB are kept for a full disk", fix: null };
  const fix = "Free some space; the next run makes it anew.";
  return { name: "ballast", level: "warn", says: "no room is kept for a full disk", fix };
}

async function ledgerCheck(ledger: Ledger): Promise<Check> {
  const counts = await ledger.countRuns();
  const runs = counts.reduce((sum, count) => sum + count.runs, 0);
  const says = `${ledger.url} · id ${ledger.ledgerId} · ${runs} runs${await sizeOf(ledger.url)}`;
  return { name: "ledger", level: "ok", says, fix: null };
}

/** A lock that nobody would see held, or that would stay held, is how two workers get one run. */
async function lockCheck(ledger: Ledger): Promise<Check> {
  const id = `doctor-${newRunId()}`;
  const lock = await ledger.holdLock(id);
  const isSeen = !(await ledger.isLockFree(id));
  await lock.release();
  const isFreed = await ledger.isLockFree(id);
  if (isSeen && isFreed)
    return { name: "locks", level: "ok", says: "a held lock is seen, a released one is free", fix: null };
  const says = isSeen ? "a released lock still looks held" : "a held lock looks free";
  return {
    name: "locks",
    level: "fail",
    says,
    fix: `Put the ledger on a local disk; ${join(ledger.home, "locks")} is on one that does not lock.`,
  };
}

async function attemptChecks(ledger: Ledger): Promise<Check[]> {
  const live = await ledger.liveAttempts();
  const unsupervised: string[] = [];
  for (const { runId, worker } of live) {
    if (await ledger.isLockFree(worker)) unsupervised.push(runId);
  }
  const says = `${live.length} under way, ${unsupervised.length} without a supervisor`;
  if (unsupervised.length === 0) return [{ name: "attempts", level: "ok", says, fix: null }];
  const ids = unsupervised.map(shortId);
  const fix = `runledger watch ${ids[0]} supervises it on; runledger cancel ${ids[0]} ends it.`;
  return [{ name: "attempts", level: "warn", says: `${says}: ${ids.join(", ")}`, fix }];
}

async function orFailure(name: string, look: () => Promise<Check>): Promise<Check[]> {
  try {
    return [await look()];
  } catch (error) {
    return [failure(name, error)];
  }
}

function failure(name: string, error: unknown): Check {
  const { code, detail, fix } = problemOf(error);
  if (code !== "internal.bug") return { name, level: "fail", says: `${code}: ${detail}`, fix };
  return {
    name,
    level: "fail",
    says: error instanceof Error ? error.message : String(error),
    fix: "Mend what the message names.",
  };
}

function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ level }) => level !== "fail");
}

const tones: Record<Check["level"], Tone> = { ok: "good", warn: "warn", fail: "bad" };

function listing(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ name, level, says, fix }) => [
    [tone(tones[level], level), name, says],
    ...(fix === null ? [] : [["", "", `→ ${fix}`]]),
  ]);
  return alignColumns(lines).join("\n");
}

function rows(checks: readonly Check[]): string {
  return [["level", "check", "says", "fix"], ...checks.map(({ level, name, says, fix }) => [level, name, says, fix])]
    .map(tabRow)
    .join("\n");
}

/** The size of a ledger in a file; a server's is for the server to say. */
async function sizeOf(path: string): Promise<string> {
  if (!existsSync(path)) return "";
  return ` · ${await mibOf(path)} MiB, WAL ${await mibOf(`${path}-wal`)} MiB`;
}

async function mibOf(path: string): Promise<string> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  return (bytes / 1024 ** 2).toFixed(1);
}
