// A long text that is read more slowly than it could be made: no more of it is made than is read.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { openOutput } from "./output.ts";
import { toFile, toStdout } from "./write-export.ts";

const pieceBytes = 64 * 1024;

/** A text in pieces, which tells how many were asked for and whether somebody still holds it. */
function longText(pieces: number) {
  const told = { made: 0, isOver: false };
  async function* text(): AsyncGenerator<string> {
    try {
      for (; told.made < pieces; ) {
        told.made += 1;
        yield "x".repeat(pieceBytes);
      }
    } finally {
      told.isOver = true;
    }
  }
  return { told, text: text() };
}

/** The output of a command whose stdout goes to this reader. */
function outputTo(stdout: Writable) {
  const stderr = new Writable({ write: (_bytes, _encoding, taken) => taken() });
  return openOutput({ stdout, stderr }, { isJson: false, isQuiet: false, hasColour: false });
}

test("to a reader that takes its time the next piece is made once the last one was taken", async () => {
  const { told, text } = longText(8);
  const madeAtWrites: number[] = [];
  const slow = new Writable({
    highWaterMark: 1,
    write(_bytes, _encoding, taken) {
      madeAtWrites.push(told.made);
      setImmediate(taken);
    },
  });
  using output = outputTo(slow);
  await toStdout(text, { output });
  expect(madeAtWrites).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect((["drain", "close"] as const).map((event) => slow.listenerCount(event))).toEqual([0, 0]);
});

test.each([
  ["with a broken pipe", (taken: (error: Error) => void) => taken(Object.assign(new Error("gone"), { code: "EPIPE" }))],
  ["without a word", (_taken: (error: Error) => void, stream: Writable) => void stream.destroy()],
])("a reader that goes %s while a piece waits ends the writing", async (_how, go) => {
  const { told, text } = longText(1_000);
  const leaver: Writable = new Writable({
    highWaterMark: 1,
    write: (_bytes, _encoding, taken) => void setImmediate(() => go(taken, leaver)),
  });
  using output = outputTo(leaver);
  await toStdout(text, { output });
  expect(told.isOver).toBe(true);
  expect(told.made).toBeLessThan(1_000);
});

test("into a pipe that is named as the file no more is made than it takes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-export-"));
  try {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const { told, text } = longText(200);
    const writing = toFile(text, { out: "pipe", isAdded: false, context: { cwd: folder } });
    const pipe = await open(path, "r");
    const into = Buffer.alloc(pieceBytes);
    let [read, aheadMost] = [0, 0];
    for (let now = -1; now !== 0; read += now) {
      aheadMost = Math.max(aheadMost, told.made * pieceBytes - read);
      now = (await pipe.read(into, 0, pieceBytes)).bytesRead;
    }
    await pipe.close();
    await writing;
    expect(read).toBe(200 * pieceBytes);
    // A pipe holds a piece of its own, beside the one that is being written and the one that is being read.
    expect(aheadMost).toBeLessThan(20 * pieceBytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
