// Walks over all runs, or those named, and yields what differs: events, folds and counts in the thread, blobs here.

import { RunledgerError } from "../../core/errors.ts";
import { type BlobFault, findingOfBlob } from "../compare-run.ts";
import type { Finding } from "../ledger.ts";
import { readBlob } from "./blob-files.ts";
import type { ThreadClient } from "./thread-client.ts";
import type { VerifiedExperiment } from "./verify-experiments.ts";
import type { Verified } from "./verify-runs.ts";

type Walk = { client: ThreadClient; blobs: string; runIds: string[] | null };

export async function* verifyLedger({ client, blobs, runIds }: Walk): AsyncGenerator<Finding> {
  const known = new Map<string, BlobFault>();
  for await (const verified of steps(client, runIds)) {
    yield* verified.findings;
    for (const blob of verified.blobs) {
      if (!known.has(blob.digest)) known.set(blob.digest, await blobFault(blobs, blob.digest));
      const finding = findingOfBlob(blob, known.get(blob.digest) ?? null);
      if (finding !== null) yield finding;
    }
  }
  if (runIds !== null) return;
  yield* await client.call("verifyCounts", {});
  yield* await client.call("verifyQueue", {});
  yield* await client.call("verifyAccess", {});
  for (let after: string | null = ""; after !== null; ) {
    const verified: VerifiedExperiment = await client.call("verifyExperiments", { after });
    yield* verified.findings;
    after = verified.next;
  }
}

async function* steps(client: ThreadClient, runIds: string[] | null): AsyncGenerator<Verified> {
  if (runIds !== null) {
    for (const runId of runIds) yield await client.call("verifyRuns", { runId });
    return;
  }
  for (let after: string | null = ""; after !== null; ) {
    const verified: Verified = await client.call("verifyRuns", { after });
    yield verified;
    after = verified.next;
  }
}

async function blobFault(folder: string, digest: string): Promise<BlobFault> {
  try {
    return (await readBlob(folder, digest)) === null ? "missing" : null;
  } catch (error) {
    if (error instanceof RunledgerError) return "changed";
    throw error;
  }
}
