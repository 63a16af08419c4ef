// The stdout of an agent that is a program: read by lines for the conversation, and kept in the attempt's stdout.log.

import { PassThrough, type Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { SecretMask } from "../protocol/mask-secrets.ts";

/** A line that is longer is no line of the protocol, which ends where this many characters were read. */
export const lineCharsMax = 1024 * 1024;

export type TeedLines = {
  /** The lines, without secrets and without their newlines; whoever reads them drives both. */
  lines: AsyncIterable<string>;
  /** The same bytes, unmasked, for whoever files them. */
  copy: Readable;
};

/** Reads the stream by lines and passes all of it on. */
export function teeLines(stream: Readable, mask: SecretMask): TeedLines {
  const copy = new PassThrough();
  return { lines: linesOf(stream, copy, mask), copy };
}

/** The lines of a stream, without their newlines; one that is too long comes in parts. */
export function linesIn(stream: Readable): AsyncGenerator<string> {
  return linesOf(stream, null, null);
}

async function* linesOf(stream: Readable, copy: PassThrough | null, mask: SecretMask | null): AsyncGenerator<string> {
  const masked = mask?.stream() ?? { push: (chunk: Buffer) => chunk, end: () => Buffer.alloc(0) };
  const decoder = new StringDecoder("utf8");
  let open = "";
  try {
    for await (const chunk of stream) {
      if (copy?.write(chunk) === false) await drained(copy);
      open += decoder.write(masked.push(chunk as Buffer));
      const parts = open.split("\n");
      open = parts.pop() ?? "";
      yield* parts;
      if (open.length <= lineCharsMax) continue;
      yield open;
      open = "";
    }
    open += decoder.write(masked.end()) + decoder.end();
    if (open !== "") yield open;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  } finally {
    copy?.end();
  }
}

/** What is written to a copy that nobody reads any more goes nowhere, and waits for nobody. */
async function drained(copy: PassThrough): Promise<void> {
  await new Promise<void>((resolve) => {
    copy.once("drain", resolve).once("close", resolve);
  });
}
