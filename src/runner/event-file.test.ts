import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { maskSecrets } from "../protocol/mask-secrets.ts";
import { type EventFile, type EventFileOptions, followEventFile } from "./event-file.ts";

type Emitted = { type: string; data: Record<string, unknown> };
let folder: string;
let path: string;
let emitted: Emitted[];
let following: EventFile | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-events-"));
  path = join(folder, "events.jsonl");
  emitted = [];
  following = null;
});
afterEach(async () => {
  await following?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function follow(options: Partial<EventFileOptions> = {}): Promise<EventFile> {
  following = await followEventFile({
    path,
    lineBytesMax: 1000,
    mask: maskSecrets({ KEY: "topsecret" }),
    emit: async (type, data) => void emitted.push({ type, data }),
    ...options,
  });
  return following;
}

async function until(isTrue: () => boolean): Promise<void> {
  await expect.poll(isTrue, { timeout: 10_000, interval: 5 }).toBe(true);
}

const progress = (done: number): string => `{"type":"progress","done":${done}}\n`;
const done = (): unknown[] => emitted.filter(({ type }) => type === "run.progressed").map(({ data }) => data.done);

test("lines are taken while the program still writes, in order, each with its place in the file", async () => {
  const events = await follow();
  appendFileSync(path, progress(1));
  await until(() => done().length === 1);
  appendFileSync(path, progress(2) + progress(3));
  await until(() => done().length === 3);
  expect(done()).toEqual([1, 2, 3]);
  const bytes = progress(1).length;
  expect(emitted[1]?.data.eventFile).toEqual({ line: 2, offset: bytes, bytes });
  expect(await events.finish()).toEqual({ taken: 3, bad: 0, offset: 3 * bytes, score: null });
});

test("a line that comes in two parts, cut at any byte, is taken once and whole", async () => {
  const bytes = Buffer.from(`{"type":"log","message":"süß"}\n`);
  const events = await follow();
  for (let cut = 1; cut < bytes.length; cut += 1) {
    // One write of a whole line and the part: when the line was taken, the part was read with it.
    appendFileSync(path, Buffer.concat([Buffer.from(progress(cut)), bytes.subarray(0, cut)]));
    await until(() => done().length === cut);
    expect(emitted.at(-1)?.type).toBe("run.progressed");
    appendFileSync(path, bytes.subarray(cut));
    await until(() => emitted.length === 2 * cut);
    expect(emitted.at(-1)?.data.message).toBe("süß");
  }
  expect(await events.finish()).toMatchObject({ taken: 2 * (bytes.length - 1), bad: 0 });
});

test("a file torn at any byte of its last line gives the lines before, and the last one only if it is whole", async () => {
  const last = `{"type":"progress","done":2,"message":"ü"}`;
  const bytes = Buffer.from(last);
  for (let cut = 1; cut <= bytes.length; cut += 1) {
    emitted = [];
    writeFileSync(path, Buffer.concat([Buffer.from(progress(1)), bytes.subarray(0, cut)]));
    const events = await follow();
    const summary = await events.finish();
    const isWhole = cut === bytes.length;
    expect(done()).toEqual(isWhole ? [1, 2] : [1]);
    expect(summary).toMatchObject({ taken: isWhole ? 2 : 1, bad: isWhole ? 0 : 1, offset: progress(1).length + cut });
    rmSync(path);
  }
});

test("a bad line is reported with number, offset and cause, and stops nothing", async () => {
  const first = progress(1);
  writeFileSync(path, `${first}garbage topsecret\n${progress(2)}`);
  const summary = await (await follow()).finish();
  expect(done()).toEqual([1, 2]);
  expect(summary).toMatchObject({ taken: 2, bad: 1 });
  const [, report] = emitted;
  expect(report?.type).toBe("log.written");
  expect(report?.data).toMatchObject({
    level: "warn",
    badLines: 1,
    excerpt: "garbage [masked KEY]",
    eventFile: { line: 2, offset: first.length, bytes: 18 },
  });
  expect(report?.data.message).toMatch(/^line 2 of the event file was not taken: no JSON/);
});

test("secrets are masked in what is taken, also where JSON escapes hide them", async () => {
  writeFileSync(path, '{"type":"log","message":"a topsecret"}\n{"type":"log","message":"\\u0074opsecret"}\n');
  await (await follow()).finish();
  expect(emitted.map(({ data }) => data.message)).toEqual(["a [masked KEY]", "[masked KEY]"]);
});

test("bytes that are no text, and lines beyond the limit, are bad lines", async () => {
  const long = `{"type":"log","message":"${"x".repeat(70_000)}"}\n`;
  writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(long), Buffer.from(progress(1))]));
  const summary = await (await follow()).finish();
  expect(summary).toMatchObject({ taken: 1, bad: 2, offset: 2 + long.length + progress(1).length });
  expect(emitted.map(({ data }) => data.message)).toEqual([
    "line 1 of the event file was not taken: not UTF-8",
    "line 2 of the event file was not taken: longer than 1000 bytes",
    undefined,
  ]);
});

test("a flood of bad lines is counted and does not flood the journal", async () => {
  writeFileSync(path, "bad\n".repeat(5_000) + progress(1));
  const summary = await (await follow()).finish();
  expect(summary).toMatchObject({ taken: 1, bad: 5_000 });
  expect(emitted).toHaveLength(102);
  expect(emitted.at(-1)?.data).toMatchObject({ message: "4900 further lines of the event file could not be read" });
});

test("empty lines and carriage returns are no matter", async () => {
  writeFileSync(path, `\r\n${progress(1).replace("\n", "\r\n")}\n`);
  expect(await (await follow()).finish()).toMatchObject({ taken: 1, bad: 0 });
});

test("a second reader goes on where the first one stopped", async () => {
  writeFileSync(path, progress(1) + progress(2));
  const { offset } = await (await follow()).finish();
  appendFileSync(path, progress(3));
  await (await follow({ from: { offset, line: 2 } })).finish();
  expect(done()).toEqual([1, 2, 3]);
  expect(emitted.at(-1)?.data.eventFile).toMatchObject({ line: 3, offset });
});

test("a file that was written anew is read from its start, and that is said", async () => {
  const events = await follow();
  appendFileSync(path, progress(1) + progress(2));
  await until(() => done().length === 2);
  writeFileSync(path, progress(3));
  await until(() => done().length === 3);
  writeFileSync(`${path}.new`, progress(4) + progress(5) + progress(6));
  renameSync(`${path}.new`, path);
  await events.finish();
  expect(done()).toEqual([1, 2, 3, 4, 5, 6]);
  const said = emitted.filter(({ type }) => type === "log.written").map(({ data }) => data.message);
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/was cut from \d+ to \d+ bytes/);
  expect(said[1]).toContain("was replaced by another file");
});

test("a link in the file's place is not followed, and that is said", async () => {
  const events = await follow();
  writeFileSync(join(folder, "elsewhere"), progress(1));
  rmSync(path);
  symlinkSync(join(folder, "elsewhere"), path);
  expect(await events.finish()).toMatchObject({ taken: 0 });
  expect(emitted.at(-1)?.data.message).toContain("the event file is no regular file any more; what it held");
});

test("a file that is gone at the end is said to be", async () => {
  const events = await follow();
  rmSync(path);
  await events.finish();
  expect(emitted.map(({ data }) => data.message)).toEqual([expect.stringContaining("the event file is gone")]);
});

test("a file without newlines is read no further than lines can be long, whatever its size", async () => {
  writeFileSync(path, progress(1));
  truncateSync(path, 1024 ** 4);
  expect(await (await follow()).finish()).toMatchObject({ taken: 1, bad: 1 });
  expect(emitted.at(-1)?.data.message).toBe(
    "line 2 of the event file is longer than 256 MiB; the file is read no further",
  );
});

test("the last score that was reported is the one that counts", async () => {
  writeFileSync(path, '{"type":"score","score":0.2}\n{"type":"score","score":0.8,"passed":true}\n');
  expect((await (await follow()).finish()).score).toEqual({ score: 0.8, passed: true });
});

test("a journal that cannot be written is told at the end", async () => {
  writeFileSync(path, progress(1));
  const events = await follow({ emit: () => Promise.reject(new Error("journal is full")) });
  await expect(events.finish()).rejects.toThrow("journal is full");
});
