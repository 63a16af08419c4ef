// Files of an attempt that are there and cannot be read: a fault to be told, never taken for a file that is missing.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { journalStart } from "../protocol/journal.ts";
import { readProgramFacts } from "./containment.ts";
import { createIntake } from "./ingest.ts";
import { readAttemptFolder } from "./read-attempt-folder.ts";
import { readJournal } from "./read-journal.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-unreadable-"));
  // A link to itself cannot be opened by anybody, root included.
  for (const name of [attemptFiles.journal, attemptFiles.program, attemptFiles.spec])
    symlinkSync(name, join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a journal that cannot be opened is a fault for who supervises and for who imports", async () => {
  const nobody = null as never;
  const intake = createIntake({ ledger: nobody, runId: "r", attempt: 1, claimId: "c", folder, cursor: journalStart });
  await expect(intake.pump()).rejects.toMatchObject({ code: "ELOOP" });
  await expect(readJournal(join(folder, attemptFiles.journal), () => undefined)).rejects.toMatchObject({
    code: "ELOOP",
  });
});

it("facts about a program that cannot be read are not the absence of a program", () => {
  expect(() => readProgramFacts(folder)).toThrow("ELOOP");
  rmSync(join(folder, attemptFiles.program));
  expect(readProgramFacts(folder)).toBeNull();
});

it("a folder whose spec cannot be read, or is none, is not imported as one without", async () => {
  await expect(readAttemptFolder(folder)).rejects.toMatchObject({ code: "ELOOP" });
  rmSync(join(folder, attemptFiles.spec));
  expect(await readAttemptFolder(folder)).toMatchObject({ ok: false, cause: expect.stringContaining("there is no") });
  writeFileSync(join(folder, attemptFiles.spec), "{}");
  expect(await readAttemptFolder(folder)).toMatchObject({ ok: false });
});
