// One output stream of a program in its file: the first and the last megabytes, with a line between them that says
// how much was cut. Append-only, so that a reader may follow it.

import { type FileHandle, open } from "node:fs/promises";

export type OutputFile = {
  /** Bytes given to `write`. */
  readonly bytes: number;
  /** Bytes that are in neither end. */
  readonly cutBytes: number;
  /** Resolves when the bytes are in the file, or kept for its end; one call at a time. */
  write(chunk: Buffer): Promise<void>;
  /** Writes the kept end, and the line in front of it if anything was cut, and closes the file. */
  close(): Promise<void>;
};

/**
 * Opens the file for appending; the runner's own output may lie in the same one.
 *
 * @param endBytes Size of each end. The first bytes are in the file as they come; what follows them is kept in memory
 *   until `close`, and is lost if the process is killed before that.
 */
export async function openOutputFile(path: string, endBytes: number): Promise<OutputFile> {
  const file = await open(path, "a", 0o600);
  const end: Buffer[] = [];
  let bytes = 0;
  let endLength = 0;
  let cutBytes = 0;

  const keep = (chunk: Buffer): void => {
    end.push(chunk);
    endLength += chunk.length;
    while (endLength > endBytes) {
      const [first] = end as [Buffer];
      const cut = Math.min(first.length, endLength - endBytes);
      if (cut === first.length) end.shift();
      else end[0] = first.subarray(cut);
      endLength -= cut;
      cutBytes += cut;
    }
  };

  return {
    get bytes() {
      return bytes;
    },
    get cutBytes() {
      return cutBytes;
    },
    async write(chunk) {
      const room = Math.max(0, endBytes - bytes);
      bytes += chunk.length;
      if (room > 0) await writeAll(file, chunk.subarray(0, room));
      if (chunk.length > room) keep(Buffer.from(chunk.subarray(room)));
    },
    async close() {
      try {
        if (cutBytes > 0) await writeAll(file, Buffer.from(cutLine(cutBytes)));
        for (const chunk of end) await writeAll(file, chunk);
      } finally {
        await file.close();
      }
    },
  };
}

/** The line that stands where bytes are missing. */
export function cutLine(cutBytes: number): string {
  return `\n[runledger: ${cutBytes} bytes were cut here; raise limits.output_mib to keep more]\n`;
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done)).bytesWritten;
  }
}
