// A piece of what an attempt printed: from its log file, the first copy, while that is there, and from the ledger's own
// copy otherwise.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Ledger } from "../ledger/ledger.ts";
import type { Site } from "./site.ts";

/** Where output is read from: the attempts' own files, and what the ledger keeps of them. */
export type OutputSource = {
  ledger: Pick<Ledger, "readLog" | "logSize" | "logCut">;
  files: Pick<Site["files"], "output">;
};

export type OutputPlace = { runId: string; attempt: number; stream: "stdout" | "stderr" };
export type OutputPiece = { bytes: Buffer; next: number; isAtEnd: boolean };

/**
 * The bytes from an offset, at most `limit`. Where the ledger has cut bytes out, the piece ends before them, and the next
 * one begins after.
 * @param of.isWhole Leaves a character that is cut by the piece's end to the next piece.
 */
export async function readOutput(
  site: OutputSource,
  place: OutputPlace,
  of: { offset: number; limit: number; isWhole: boolean },
): Promise<OutputPiece> {
  if (place.attempt === 0) return { bytes: Buffer.alloc(0), next: of.offset, isAtEnd: true };
  const file = await openRegular(site.files.output(place));
  const read = file === null ? await readKept(site, place, of) : await readFile(file, of);
  const isAtEnd = read.bytes.length === 0;
  const cut = of.isWhole ? wholeCharacters(read.bytes) : read.bytes;
  // A piece that is nothing but the beginning of a character is given as it is: more may never come.
  const bytes = cut.length === 0 ? read.bytes : cut;
  return { bytes, next: read.from + bytes.length, isAtEnd };
}

/** How long a stream is by now, when its file was written last, and what of it is kept nowhere any more. */
export async function outputSize(
  { ledger, files }: OutputSource,
  place: OutputPlace,
): Promise<{ bytes: number; writtenAt: string | null; cut: { from: number; to: number } | null }> {
  if (place.attempt === 0) return { bytes: 0, writtenAt: null, cut: null };
  const file = await openRegular(files.output(place));
  if (file === null) return { bytes: await ledger.logSize(place), writtenAt: null, cut: await ledger.logCut(place) };
  try {
    const { size, mtime } = await file.stat();
    return { bytes: size, writtenAt: mtime.toISOString(), cut: null };
  } finally {
    await file.close();
  }
}

/** The file if it is a regular one: no link is followed, since a program may have put it there. */
async function openRegular(path: string): Promise<FileHandle | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null || (await file.stat()).isFile()) return file;
  await file.close();
  return null;
}

async function readFile(file: FileHandle, { offset, limit }: { offset: number; limit: number }) {
  try {
    const buffer = Buffer.alloc(limit);
    const { bytesRead } = await file.read(buffer, 0, limit, offset);
    return { bytes: buffer.subarray(0, bytesRead), from: offset };
  } finally {
    await file.close();
  }
}

async function readKept(
  { ledger }: Pick<OutputSource, "ledger">,
  place: OutputPlace,
  of: { offset: number; limit: number },
) {
  const { offset, limit } = of;
  const bytes = Buffer.from(await ledger.readLog({ ...place, offset, limit }));
  if (bytes.length > 0) return { bytes, from: offset };
  const cut = await ledger.logCut(place);
  if (cut === null || offset < cut.from || offset >= cut.to) return { bytes, from: offset };
  return { bytes: Buffer.from(await ledger.readLog({ ...place, offset: cut.to, limit })), from: cut.to };
}

/** The bytes without the beginning of a UTF-8 character that is not all there. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
