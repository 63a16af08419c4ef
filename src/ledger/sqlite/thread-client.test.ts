// The client of the thread at its end.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunledgerError } from "../../core/errors.ts";
import { openLedger } from "../open-ledger.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-thread-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("what is asked while the ledger is being closed is refused, and closing twice is closing once", async () => {
  const ledger = await openLedger({ url: folder, mustExist: false });
  const before = ledger.countRuns();
  const closed = [ledger.close(), ledger.close()];
  const late = ledger.countRuns();
  await expect(late).rejects.toThrow(new RunledgerError("internal.bug", "the ledger is closed"));
  expect(await before).toEqual([]);
  await Promise.all(closed);
  await ledger.close();
  await expect(ledger.countRuns()).rejects.toThrow("the ledger is closed");
});
