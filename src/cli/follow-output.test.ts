import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { readOutput } from "./follow-output.ts";
import { Project } from "./project.fixture.ts";

const { logChunkBytesMax, logEndBytesMax } = systemLimits;

/** Forty chunks more than are kept, each filled with a letter of its own place. */
const chunks = Array.from({ length: (2 * logEndBytesMax) / logChunkBytesMax + 40 }, (_, index) =>
  Buffer.alloc(logChunkBytesMax, letterOf(index)),
);
const notKept = 40 * logChunkBytesMax;

function letterOf(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + (index % 26));
}

async function keepLongOutput(project: Project): Promise<void> {
  expect((await project.runledger("import", ".")).code).toBe(0);
  await project.withLedger((ledger) => put(ledger, project.runId));
  // The attempt's own files are the first copy; here only the ledger's is left.
  rmSync(project.runFolder(), { recursive: true });
}

async function put(ledger: Ledger, runId: string): Promise<void> {
  for (const [index, bytes] of chunks.entries()) {
    const offset = index * logChunkBytesMax;
    await ledger.putLog([{ runId, attempt: 1, stream: "stdout", offset, bytes }]);
  }
}

test("of output longer than is kept, logs shows both ends and how much is missing between them", async () => {
  using project = new Project();
  await keepLongOutput(project);
  const whole = Buffer.concat(chunks).toString();
  const { code, stdout } = await project.runledger("logs", project.runId);
  expect(code).toBe(0);
  const marker = `\n… ${notKept} bytes not kept …\n`;
  expect(stdout.length).toBe(2 * logEndBytesMax + marker.length);
  expect(stdout === whole.slice(0, logEndBytesMax) + marker + whole.slice(-logEndBytesMax)).toBe(true);
});

test("a reader who stands within what was cut out goes on after it, and is told of his own loss only", async () => {
  using project = new Project();
  await keepLongOutput(project);
  await project.withLedger(async (ledger) => {
    const place = { runId: project.runId, attempt: 1, stream: "stdout" } as const;
    const pieces = readOutput(ledger, place, logEndBytesMax + 1000);
    const [marker, next] = [(await pieces.next()).value, (await pieces.next()).value];
    await pieces.return(undefined);
    expect(Buffer.from(marker?.bytes ?? []).toString()).toBe(`\n… ${notKept - 1000} bytes not kept …\n`);
    expect([marker?.end, next?.end]).toEqual([logEndBytesMax + notKept, logEndBytesMax + notKept + logChunkBytesMax]);
  });
});
