// Reading a journal of an attempt that is over: whole, cut anywhere, damaged.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { finished, journalText, started } from "./attempt-folder.fixture.ts";
import { readJournal } from "./read-journal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-journal-"));
  path = join(folder, "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(bytes: string | Buffer) {
  writeFileSync(path, bytes);
  let records = 0;
  const end = await readJournal(path, () => {
    records += 1;
  });
  return { end, records };
}

test("a journal of many megabytes is read whole, across every border of a reading", async () => {
  const message = "m".repeat(30_000);
  const lines = Array.from({ length: 120 }, () => ({ type: "log.written", data: { level: "info", message } }));
  const { end, records } = await read(journalText([started, ...lines, finished()]));
  expect(records).toBe(122);
  expect(end).toMatchObject({ cursor: { n: 122 }, tornBytes: 0, fault: null });
});

test("cut at any byte it gives the whole lines before the cut, and calls the rest torn", async () => {
  const text = journalText([started, finished()]);
  const first = text.indexOf("\n") + 1;
  for (let length = 0; length <= text.length; length += 1) {
    const { end, records } = await read(text.slice(0, length));
    const whole = length === text.length ? 2 : length >= first ? 1 : 0;
    expect({ records, fault: end?.fault }, `cut at ${length}`).toEqual({ records: whole, fault: null });
    expect(end?.cursor.offset).toBe(whole === 2 ? text.length : whole * first);
    expect((end?.cursor.offset ?? 0) + (end?.tornBytes ?? 0)).toBe(length);
  }
});

test("NUL bytes that a power cut left at the end are torn and no fault", async () => {
  const { end } = await read(Buffer.concat([Buffer.from(journalText([started])), Buffer.alloc(4096)]));
  expect(end).toMatchObject({ cursor: { n: 1 }, tornBytes: 4096, fault: null });
});

test("a line that is no record is a fault that names it", async () => {
  const { end, records } = await read(`${journalText([started])}garbage\n`);
  expect(records).toBe(1);
  expect(end).toMatchObject({ cursor: { n: 1 }, fault: "line 2: it is no journal record" });
});

test("no file is null, an empty one has no records", async () => {
  expect(await readJournal(join(folder, "none"), () => {})).toBeNull();
  expect((await read("")).end).toMatchObject({ cursor: { n: 0 }, tornBytes: 0, fault: null });
});
