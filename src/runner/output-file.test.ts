import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cutLine, openOutputFile } from "./output-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-output-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file after these pieces were written, with ends of this many bytes. */
async function written(pieces: readonly string[], endBytes: number) {
  const path = join(folder, "out.log");
  const file = await openOutputFile(path, endBytes);
  for (const piece of pieces) await file.write(Buffer.from(piece));
  const live = readFileSync(path, "utf8");
  await file.close();
  return { live, text: readFileSync(path, "utf8"), bytes: file.bytes, cutBytes: file.cutBytes };
}

test("what fits into both ends is kept to the byte", async () => {
  expect(await written(["01234", "567", "89"], 5)).toEqual({
    live: "01234",
    text: "0123456789",
    bytes: 10,
    cutBytes: 0,
  });
});

test.each([[["0123456789abcdef"]], [["0123", "4567", "89ab", "cdef"]], [[..."0123456789abcdef"]]])(
  "beyond that the first and last bytes stay, and a line says how many are missing",
  async (pieces) => {
    const { text, bytes, cutBytes } = await written(pieces, 5);
    expect(text).toBe(`01234${cutLine(6)}bcdef`);
    expect({ bytes, cutBytes }).toEqual({ bytes: 16, cutBytes: 6 });
  },
);

test("what another writer put into the file stays", async () => {
  writeFileSync(join(folder, "out.log"), "earlier\n");
  expect((await written(["later\n"], 100)).text).toBe("earlier\nlater\n");
});
