// Cancel and end at the same moment, a hundred times: one ending, and it is what was observed. SEED=… repeats the
// moments of a run of this test, RACES=… makes it longer.

import { execFileSync } from "node:child_process";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunledgerError } from "../src/core/errors.ts";
import { inParallel, program, Scene, until } from "./scene.ts";
import { seededRandom } from "./seeded-random.ts";

const races = Number(process.env.RACES ?? 40);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

test("when cancel and end race, there is one ending, it is what was observed, and each side wins sometimes", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ spares: 2 });
  const random = seededRandom(seed);
  const won = { completed: 0, cancelled: 0 };
  /** How long before the program's end the cancel comes, milliseconds; moved to where both sides win. */
  let leadMs = 0;
  await inParallel([...Array(races).keys()], 2, async (race) => {
    const gate = join(scene.folder, `gate-${race}`);
    execFileSync("mkfifo", [gate]);
    const script = `cat "$0" && : > "$0.done"`;
    const runId = await scene.queue(program(["sh", "-c", script, gate]), worker);
    const ended = scene.supervise(runId, worker);
    const opened = await until("the program waits at its gate", () => openGate(gate));
    const jitterMs = (random() - 0.5) * 16;
    const title = `SEED=${seed}, race ${race}: cancelled ${(leadMs + jitterMs).toFixed(1)} ms before the end`;
    const asked = await doBoth(leadMs + jitterMs, {
      end: () => closeSync(opened),
      cancel: () => scene.cancel(runId, 1_000).catch(refusal),
    });
    const run = await ended;
    const { evidence } = await scene.ending(runId);
    const endings = (await scene.events(runId)).map(({ type }) => type).filter((type) => isEnding(type));
    expect(endings, title).toEqual(["attempt.ended", `run.${run.status}`]);
    expect(evidence.finish?.outcome, title).toBe(run.status);
    if (asked === "run.already-ended") expect(run.status, title).toBe("completed");
    else expect(asked, title).toMatchObject({ status: "cancelling" });
    expect(["completed", "cancelled"], title).toContain(run.status);
    if (run.status === "completed") {
      // It did all of its work, and nobody had to kill it.
      expect([existsSync(`${gate}.done`), evidence.killedFor], title).toEqual([true, null]);
      won.completed += 1;
    } else won.cancelled += 1;
    leadMs += run.status === "completed" ? 1 : -1;
  });
  expect(Math.min(won.completed, won.cancelled), `SEED=${seed}: ${JSON.stringify(won)}`).toBeGreaterThan(0);
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
}, 300_000);

function isEnding(type: string): boolean {
  return /^(attempt\.ended|run\.(completed|cancelled|failed|lost|timed_out))$/.test(type);
}

function refusal(error: unknown): string {
  if (error instanceof RunledgerError) return error.code;
  throw error;
}

/** The write end, once the program has the read end open: until it is closed, the program waits. */
function openGate(path: string): number | null {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENXIO") return null;
    throw error;
  }
}

/** Does both, the cancel so many milliseconds before the end; after it if that is negative. */
async function doBoth<T>(leadMs: number, of: { end: () => void; cancel: () => Promise<T> }): Promise<T> {
  if (leadMs < 0) {
    of.end();
    await busyUntil(performance.now() - leadMs);
    return of.cancel();
  }
  const asked = of.cancel();
  await busyUntil(performance.now() + leadMs);
  of.end();
  return asked;
}

/** Exact to the turn of the loop, which a timer is not. */
async function busyUntil(atMs: number): Promise<void> {
  while (performance.now() < atMs) await new Promise(setImmediate);
}
