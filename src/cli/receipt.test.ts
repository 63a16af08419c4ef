// A receipt holds as long as the run's events are what they were, and says what is different otherwise.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import { finished, makeAttempt, queuedData, scored, started } from "../worker/attempt-folder.fixture.ts";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
  return project.runledger("import", ".");
});
afterEach(() => project[Symbol.dispose]());

const file = () => join(project.folder, "receipt.json");

async function keepReceipt(...options: string[]): Promise<Record<string, unknown>> {
  const ran = await project.runledger("show", project.runId, "--receipt", ...options);
  expect(ran.code, ran.stderr).toBe(0);
  writeFileSync(file(), ran.stdout);
  return ran.json() as Record<string, unknown>;
}

async function verify(): Promise<{ code: number; details: string[] }> {
  const ran = await project.runledger("verify", "--receipt", "receipt.json", "--json");
  const { findings } = ran.json() as { findings: { kind: string; runId: string; detail: string }[] };
  return { code: ran.code, details: findings.map(({ kind, detail }) => `${kind}: ${detail}`) };
}

test("a receipt is small, names run, content, verdict and link, and holds where it was made", async () => {
  const receipt = await keepReceipt();
  expect(receipt).toMatchObject({
    v: 1,
    run: project.runId,
    subject: { id: "001-sol-transfer" },
    agent: { name: "deterministic" },
    seed: 7,
    status: "completed",
    score: 1,
    passed: true,
    link: expect.stringMatching(/^[0-9a-f]{64}$/),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await verify()).toEqual({ code: 0, details: [] });
  expect((await project.runledger("verify", "--receipt", "receipt.json")).stdout).toBe("kind\trun\tposition\tdetail\n");
});

test("a receipt whose score was changed is found out twice: by its digest and by the ledger", async () => {
  const receipt = await keepReceipt();
  writeFileSync(file(), JSON.stringify({ ...receipt, score: 0.5 }));
  expect(await verify()).toEqual({
    code: 1,
    details: [
      "receipt: its sha256 is not that of its fields: the receipt was changed",
      "receipt: score is 0.5 in the receipt, 1 in the ledger",
    ],
  });
});

test("an event that was changed behind the ledger's back breaks it, and is named", async () => {
  await keepReceipt();
  const database = new DatabaseSync(join(project.folder, ".runledger", "ledger.sqlite"));
  database.exec("UPDATE events SET data = replace(data, '\"score\":1', '\"score\":0') WHERE type = 'score.recorded'");
  database.close();
  const { code, details } = await verify();
  expect(code).toBe(1);
  expect(details).toContainEqual(expect.stringMatching(/^hash-link: /));
});

test("another ledger that has the run by other means does not hold it, and says by what", async () => {
  await keepReceipt();
  using other = new Project();
  const folder = other.runFolder(project.runId);
  makeAttempt({ folder, runId: project.runId, journal: [started, scored(0.25), finished()] });
  await other.runledger("import", ".");
  writeFileSync(join(other.folder, "receipt.json"), readFileSync(file()));
  const ran = await other.runledger("verify", "--receipt", "receipt.json", "--json");
  const { findings } = ran.json() as { findings: { detail: string }[] };
  expect(ran.code).toBe(1);
  expect(findings.map(({ detail }) => detail.split(" ")[0])).toEqual(["score", "passed", "link"]);
});

test("a ledger that does not know the run, or deleted it, says so", async () => {
  await keepReceipt();
  using other = new Project();
  await other.runledger("import", ".");
  writeFileSync(join(other.folder, "receipt.json"), readFileSync(file()));
  expect(await other.runledger("verify", "--receipt", "receipt.json")).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("this ledger does not know the run"),
  });
  await project.runledger("rm", project.runId);
  expect(await verify()).toEqual({ code: 1, details: ["receipt: the run was deleted here"] });
});

test("a receipt of what a run was still holds after it has gone on", async () => {
  const queued = newRunId();
  await project.withLedger(async (ledger) => {
    const digest = await ledger.putBlob(Buffer.from("{}"));
    const data = queuedData({ subject: { kind: "benchmark", id: "漢字: a\nb", digest } });
    await ledger.execute(queued, { type: "queue", data, claim: null }, "cli");
  });
  const ran = await project.runledger("show", queued, "--receipt");
  writeFileSync(file(), ran.stdout);
  expect(ran.json()).toMatchObject({ status: "queued", score: null, events: 1 });
  await project.runledger("cancel", queued);
  expect(await verify()).toEqual({ code: 0, details: [] });
});

test("what is no receipt is refused with its fault, and no ledger is asked", async () => {
  const verified = (path: string) => project.runledger("verify", "--receipt", path);
  expect(await verified("missing.json")).toMatchObject({ code: 2, stderr: expect.stringContaining("does not exist") });
  writeFileSync(file(), "no JSON");
  expect(await verified("receipt.json")).toMatchObject({ code: 2, stderr: expect.stringContaining("is no receipt") });
  const receipt = await keepReceipt();
  writeFileSync(file(), JSON.stringify({ ...receipt, events: "many" }));
  expect(await verified("receipt.json")).toMatchObject({ code: 2, stderr: expect.stringContaining("events: ") });
});
