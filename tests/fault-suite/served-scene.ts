// The scene of a server: it takes runs over HTTP and works them off itself, dies or is stopped, and whoever asked it over
// HTTP is a client like any other, whose answers have to be true afterwards.

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type Client, isGone, recordAnswer } from "./client.ts";
import type { AskedRun, Episode } from "./episode.ts";
import type { Fault } from "./fault.ts";
import { fileOfWork } from "./work.ts";

const terminal = new Set(["completed", "failed", "timed_out", "cancelled", "lost"]);
/** Between two looks at a run, milliseconds. */
const lookMs = 50;

/** A server gets two runs; it is asked to end when they are over, or has died before. */
export async function playServed(episode: Episode, faults: readonly Fault[]): Promise<void> {
  const server = episode.start("supervisor", ["serve", "--port", "0", "--slots", "2"], faults);
  const url = await episode.until(() => /^(http:\S+)$/m.exec(server.stdout())?.[1] ?? (isGone(server) ? "" : null));
  const works = episode.random.chance(0.5) ? (["steps", "witness"] as const) : (["steps", "steps"] as const);
  const runs = works.map((work) => episode.newRun(work));
  for (const run of runs) await ask(episode, server, `${url}/api/v1/runs`, bodyOf(episode, run));
  for (const run of runs) await lookUntilOver(episode, server, `${url}/api/v1/runs/${run.id}`);
  server.child.kill("SIGTERM");
  await episode.end(server);
}

function bodyOf(episode: Episode, run: AskedRun): object {
  const yaml = readFileSync(fileOfWork(episode, run.work), "utf8");
  return { inline: { id: run.work, yaml }, id: run.id };
}

async function lookUntilOver(episode: Episode, server: Client, url: string): Promise<void> {
  for (let looks = 0; looks < looksMax; looks += 1) {
    const run = await ask(episode, server, url);
    if (run === null || terminal.has(String(run.status))) return;
    await wait(lookMs);
  }
}

/** Two minutes of looks: a run that takes longer is for recovery to help. */
const looksMax = 2_400;

/** One request; its answer is kept if it came whole and was none of an error. @returns null otherwise */
async function ask(
  episode: Episode,
  server: Client,
  url: string,
  body: object | null = null,
): Promise<Record<string, unknown> | null> {
  if (isGone(server)) return null;
  const headers = { "content-type": "application/json" };
  const request = body === null ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  try {
    return await recordAnswer(episode.answers, { server, url }, async () => {
      const response = await fetch(url, request);
      const value = (await response.json()) as Record<string, unknown>;
      return response.ok ? value : null;
    });
  } catch {
    // It died before it had answered: then it has said nothing.
    return null;
  }
}
