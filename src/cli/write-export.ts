// Where the text of an export goes: to stdout, as fast as it is read there, or into what `--out` names.

import { appendFile, realpath, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { writeWhole } from "../worker/whole-file.ts";
import type { Context } from "./command.ts";
import type { Output } from "./output.ts";

/** Writes piece by piece, each once its reader has taken those before; ends early when nobody reads any more. */
export async function toStdout(
  text: AsyncIterable<string>,
  { output }: { output: Pick<Output, "bytes" | "drained" | "gone"> },
): Promise<void> {
  for await (const piece of text) {
    if (output.gone.aborted) return;
    output.bytes("stdout", Buffer.from(piece));
    await output.drained();
  }
}

/**
 * Puts the text in place of a file, whole or not at all; adds it to one that is added to; writes it into what is no file.
 * @throws RunledgerError `usage.bad-value` for a folder, `file.unreadable`
 */
export async function toFile(
  text: AsyncIterable<string>,
  { out, isAdded, context }: { out: string; isAdded: boolean; context: Pick<Context, "cwd"> },
): Promise<void> {
  const path = resolve(context.cwd, out);
  const kind = await kindOf(path);
  if (kind === "folder") throw new RunledgerError("usage.bad-value", `${out} is a folder; give a file`);
  // A device or a pipe cannot be replaced, and may be read more slowly than this is made.
  if (kind === "other") await writeFile(path, text, { flag: "a" });
  // A summary is added to what other steps wrote, in one write.
  else if (isAdded) await appendFile(path, await textOf(text));
  else await writeWhole(kind === "file" ? await realpath(path) : path, text);
}

/** The pieces as one text. */
export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let whole = "";
  for await (const piece of pieces) whole += piece;
  return whole;
}

async function kindOf(path: string): Promise<"file" | "folder" | "other" | "missing"> {
  try {
    const found = await stat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "missing";
    throw new RunledgerError("file.unreadable", `${path}: ${(error as Error).message}`, { data: { path } });
  }
}
