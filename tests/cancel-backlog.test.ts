// A cancel does not wait behind the journal: it is passed on while records come faster than the ledger takes them.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ledger } from "../src/ledger/ledger.ts";
import { finishType } from "../src/protocol/journal.ts";
import { startWorker } from "../src/worker/worker.ts";
import { fixture, program, runnerUrl, Scene, until } from "./scene.ts";

test("a cancel is obeyed while the journal has more whenever the ledger has taken what there was", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const ledger = behindItsJournals(scene, await scene.ledger());
  await using worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0 });
  const runId = await scene.queue(program(fixture("reports-until-told.mjs", end)), worker);
  const ended = scene.supervise(runId, worker);
  try {
    await until("it reports", async () => (await ledger.journalCursor(runId, 1)).n > 5);
    await scene.cancel(runId, 200);
    const control = join(scene.folderOf(runId), "control.jsonl");
    await until("the runner was told", () => readFileSync(control, "utf8").includes("cancel"));
  } finally {
    writeFileSync(end, "");
  }
  expect(await ended).toMatchObject({ status: "cancelled" });
  await scene.expectVerified();
});

/** The ledger as on a machine with more to do than it can: before it has taken a batch, the runner has written on. */
function behindItsJournals(scene: Scene, ledger: Ledger): Ledger {
  const ingest: Ledger["ingest"] = async (batch) => {
    const done = await ledger.ingest(batch);
    const journal = join(scene.folderOf(batch.runId, batch.attempt), "journal.jsonl");
    await until("the journal has more", () => {
      const bytes = readFileSync(journal);
      return bytes.length > done.cursor.offset || bytes.includes(finishType);
    });
    return done;
  };
  return new Proxy(ledger, {
    get(target, name) {
      if (name === "ingest") return ingest;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
