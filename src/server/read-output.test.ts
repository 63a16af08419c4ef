// What an attempt printed, read by pieces: no character is cut in two, no link is followed, and what the ledger has cut
// out is passed over and not made up.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type OutputSource, outputSize, readOutput } from "./read-output.ts";

const place = { runId: "a run", attempt: 1, stream: "stdout" as const };
const whole = { offset: 0, limit: 1_000, isWhole: true };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file of this name, and a ledger that keeps this of it, with the bytes between `cut` left out. */
function source(kept = "", cut: { from: number; to: number } | null = null): OutputSource {
  const bytes = Buffer.from(kept);
  const piece = (offset: number, limit: number) => {
    if (cut === null || offset < cut.from) return bytes.subarray(offset, Math.min(offset + limit, cut?.from ?? 1e9));
    return offset < cut.to ? Buffer.alloc(0) : bytes.subarray(offset, offset + limit);
  };
  return {
    files: { output: () => join(folder, "stdout.log") },
    ledger: {
      readLog: async ({ offset = 0, limit = 1e9 }) => piece(offset, limit),
      logSize: async () => bytes.length,
      logCut: async () => cut,
    },
  };
}

/** All of it, in pieces of so many bytes. */
async function readAll(from: OutputSource, limit: number): Promise<string[]> {
  const texts: string[] = [];
  for (let offset = 0; ; ) {
    const { bytes, next, isAtEnd } = await readOutput(from, place, { offset, limit, isWhole: true });
    if (isAtEnd) return texts;
    texts.push(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    offset = next;
  }
}

test("characters of one to four bytes are whole in every piece, wherever it ends", async () => {
  const text = "aé€🌍".repeat(20);
  writeFileSync(join(folder, "stdout.log"), text);
  for (const limit of [4, 5, 6, 7, 11]) expect((await readAll(source(), limit)).join(""), `${limit}`).toBe(text);
});

test("the beginning of a character behind which nothing comes is given as it is, and so is what is no UTF-8", async () => {
  const half = Buffer.from("🌍").subarray(0, 2);
  writeFileSync(join(folder, "stdout.log"), half);
  expect(await readOutput(source(), place, whole)).toEqual({ bytes: half, next: 2, isAtEnd: false });
  const noText = Buffer.alloc(5, 0b1000_0000);
  writeFileSync(join(folder, "stdout.log"), noText);
  expect((await readOutput(source(), place, whole)).bytes).toEqual(noText);
});

test("the ledger's copy is read where the file is gone, and where a link or a folder stands in its place", async () => {
  writeFileSync(join(folder, "secret"), "of somebody else");
  const path = join(folder, "stdout.log");
  const ways = [() => {}, () => symlinkSync(join(folder, "secret"), path), () => mkdirSync(path)];
  for (const put of ways) {
    rmSync(path, { recursive: true, force: true });
    put();
    expect((await readOutput(source("kept"), place, whole)).bytes.toString()).toBe("kept");
    expect(await outputSize(source("kept"), place)).toEqual({ bytes: 4, writtenAt: null, cut: null });
  }
});

test("a piece ends before what was cut out, and the next one begins behind it", async () => {
  const from = source("first.......last", { from: 5, to: 12 });
  const first = await readOutput(from, place, whole);
  expect([first.bytes.toString(), first.next]).toEqual(["first", 5]);
  const last = await readOutput(from, place, { ...whole, offset: first.next });
  expect([last.bytes.toString(), last.next]).toEqual(["last", 16]);
  expect(await readOutput(from, place, { ...whole, offset: 16 })).toMatchObject({ isAtEnd: true, next: 16 });
  expect(await outputSize(from, place)).toMatchObject({ cut: { from: 5, to: 12 } });
});

test("a run without an attempt has printed nothing", async () => {
  writeFileSync(join(folder, "stdout.log"), "of nobody");
  const none = { ...place, attempt: 0 };
  expect(await readOutput(source("kept"), none, whole)).toMatchObject({ bytes: Buffer.alloc(0), isAtEnd: true });
  expect(await outputSize(source("kept"), none)).toEqual({ bytes: 0, writtenAt: null, cut: null });
});
