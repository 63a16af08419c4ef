// How soon nothing is left of a program that was cancelled and does all it can to live on: from the request to the first
// look at the process table that finds none of it, and to the ending in the ledger.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isKnown } from "../src/core/events.ts";
import { delayRow } from "./percentiles.ts";
import { openPlace, type Place, root } from "./place.ts";
import { program } from "./program.ts";
import { type Report, row } from "./report.ts";

const graceMs = 200;
/** What may pass after the grace until nothing is left, milliseconds. */
const afterGraceMsMax = 1_000;
const atOnce = 2;
/** Between two looks at the process table, milliseconds; the figures are as exact as that. */
const lookMs = 5;

type Cancelled = { goneMs: number; endedMs: number; containment: string };

export async function benchCancel({ cancels = 100 } = {}): Promise<Report[]> {
  await using place = await openPlace({ spares: atOnce, keepsSpares: true });
  const left = [...Array(cancels).keys()];
  const seen: Cancelled[] = [];
  const lane = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      seen.push(await cancelOne(place, join(place.home, "..", `program-${index}`)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const p99MsMax = graceMs + afterGraceMsMax;
  const endings = Map.groupBy(seen, ({ containment }) => containment);
  return [
    {
      title: `${cancels} cancels, ${atOnce} at a time, of a program that ignores SIGTERM, hides and multiplies; grace ${graceMs} ms`,
      rows: [
        delayRow("from request to nothing left", column(seen, "goneMs"), p99MsMax),
        delayRow("from request to the ending in the ledger", column(seen, "endedMs")),
        row("the endings say", [...endings].map(([words, { length }]) => `${length} x ${words}`).join(", ")),
      ],
    },
  ];
}

function column(seen: readonly Cancelled[], name: "goneMs" | "endedMs"): number[] {
  return seen.map((one) => one[name]);
}

async function cancelOne({ ledger, worker, queue }: Place, folder: string): Promise<Cancelled> {
  mkdirSync(folder);
  // The fixture of the tests: its daemon and each of its children have the folder in their command line.
  const runId = await queue(program([process.execPath, join(root, "tests/programs/multiplies-and-hides.mjs"), folder]));
  const ended = worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "" } });
  while (livingWith(folder) < 8) await wait(lookMs);
  const askedMs = performance.now();
  await ledger.execute(runId, { type: "cancel", graceMs }, "bench");
  const endedMs = ended.then(() => performance.now() - askedMs);
  // A fork between two looks may escape one of them: the second in a row says that the first was right.
  let goneMs = Number.NaN;
  for (let cleanLooks = 0; cleanLooks < 2; ) {
    const nowMs = performance.now();
    if (livingWith(folder) > 0) cleanLooks = 0;
    else if (cleanLooks++ === 0) goneMs = nowMs - askedMs;
    await wait(lookMs);
  }
  const run = await ended;
  if (run.status !== "cancelled") throw new Error(`the cancelled run ended ${run.status}`);
  const events = await ledger.readEvents(runId, 0, 1_000);
  const ending = events.find((event) => event.type === "attempt.ended");
  if (ending === undefined || !isKnown(ending) || ending.type !== "attempt.ended") throw new Error("it has no ending");
  const { kind = "none", confirmed = false } = ending.data.evidence.containment ?? {};
  const containment = `${kind}, ${confirmed ? "confirmed" : "not confirmed"}`;
  return { goneMs, endedMs: await endedMs, containment };
}

/** How many living processes have this folder in their command line. */
function livingWith(folder: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(folder)).length;
}

/** That of a zombie is empty: it runs nothing any more. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}
