// Runners that write what is no journal: from the damage on nothing is believed, not even a finish record.
import { expect, test } from "vitest";
import { encodeRecord } from "../../src/protocol/journal.ts";
import { benchmark001, Scene } from "../scene.ts";
import { diesAtLine, leavesOutLine, writesGarbageAtLine } from "./broken-runners.ts";

const at = "2026-11-22T10:00:00.000Z";
const foreign = (n: number, type: string, data: object) =>
  encodeRecord({ n, at, type, dataText: JSON.stringify(data), previousCrc: "00000000" }).line;

test.each([
  ["a line that is no record", writesGarbageAtLine(6, "garbage\n"), 5],
  ["bytes that are no text and end no line", writesGarbageAtLine(6, "\u0000\u0001garbage"), 5],
  ["half of a JSON object as a line", writesGarbageAtLine(9, `{"v":1,"n":9,"at":"${at}"\n`), 8],
  ["a good record of another journal", writesGarbageAtLine(4, foreign(4, "log.written", {})), 3],
  ["a gap where a record was", leavesOutLine(7), 6],
  ["garbage right before the finish record", writesGarbageAtLine(14, "{}\n"), 13],
  ["garbage before the first record", writesGarbageAtLine(1, "{}\n"), 0],
] as const)("%s makes the run failed, also if a finish record follows", async (_title, fault, lines) => {
  await using scene = new Scene();
  const run = await scene.run(benchmark001(), await scene.worker({ url: scene.faultyRunner("garbage", fault) }));
  expect(run).toMatchObject({ status: "failed", score: null, error: { code: "journal.corrupt", origin: "runner" } });
  const { finish, journal } = (await scene.ending(run.id)).evidence;
  expect({ finish, lines: journal?.lines }).toEqual({ finish: null, lines });
  expect(journal?.broken).toContain(`line ${lines + 1}`);
  await scene.expectVerified();
});

test("a journal that does not begin with its first record is not believed", async () => {
  await using scene = new Scene();
  const first = foreign(1, "run.progressed", { phase: "acting" });
  const url = scene.faultyRunner("begins-wrong", writesGarbageAtLine(1, first));
  const run = await scene.run(benchmark001(), await scene.worker({ url }));
  expect(run).toMatchObject({ status: "failed", error: { code: "journal.corrupt" } });
  await scene.expectVerified();
});

test("a record whose data is not of its type is refused with everything after it", async () => {
  await using scene = new Scene();
  const start = { pid: 1, startTicks: 1, containment: null, build: "b", spare: false, versions: {} };
  const first = encodeRecord({
    n: 1,
    at,
    type: "attempt.started",
    dataText: JSON.stringify(start),
    previousCrc: "00000000",
  });
  const next = { n: 2, at, type: "score.recorded", dataText: `{"score":7,"passed":true,"minScore":1}` };
  const second = encodeRecord({ ...next, previousCrc: first.crc });
  const lines = first.line + second.line;
  const url = scene.faultyRunner("lies", `${writesGarbageAtLine(1, lines)}${""}`);
  const run = await scene.run(benchmark001(), await scene.worker({ url }));
  expect(run).toMatchObject({ status: "failed", score: null, error: { code: "journal.corrupt" } });
  expect((await scene.ending(run.id)).evidence.journal).toMatchObject({ lines: 0 });
  await scene.expectVerified();
});

test("bytes after a whole finish record change nothing and are told", async () => {
  await using scene = new Scene();
  const tail = `${diesAtLine(14, "after").replace('process.kill(process.pid, "SIGKILL")', 'write(Buffer.from("more\\n")); return bytes.length')}`;
  const run = await scene.run(benchmark001(), await scene.worker({ url: scene.faultyRunner("babbles", tail) }));
  expect(run).toMatchObject({ status: "completed", score: 1, passed: true });
  const { journal } = (await scene.ending(run.id)).evidence;
  expect(journal).toMatchObject({ lines: 14, broken: "5 bytes follow the finish record" });
  await scene.expectVerified();
});
