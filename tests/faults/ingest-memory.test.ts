// A runner that reports far more than it should does not swell the process that supervises it.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { benchmark001, fixture, Scene, until } from "../scene.ts";
import { superviseElsewhere } from "./supervise-elsewhere.ts";

const records = 100_000;

test("the supervising process stays flat while it takes 100,000 events", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const [, path = ""] = fixture("reports-without-pause.ts");
  const runId = await scene.queue(benchmark001({ memory_mib: null }), null);
  const supervisor = superviseElsewhere(scene, runId, { runner: pathToFileURL(path) });
  const readings: { taken: number; mib: number }[] = [];
  await until("all events are taken", async () => {
    const { n } = await ledger.journalCursor(runId, 1);
    const status = readFileSync(`/proc/${supervisor.child.pid}/status`, "utf8");
    const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
    readings.push({ taken: n, mib: kib / 1024 });
    return n > records;
  });
  expect(await supervisor.ended).toMatchObject({ code: 0, stderr: "" });
  expect(await scene.status(runId)).toMatchObject({ status: "completed" });
  const within = (from: number, to: number): number[] =>
    readings.filter(({ taken }) => taken >= from * records && taken <= to * records).map(({ mib }) => mib);
  const early = Math.max(...within(0.2, 0.4));
  const late = Math.max(...within(0.8, 1));
  expect(late - early).toBeLessThan(32);
  await scene.expectVerified();
}, 60_000);
