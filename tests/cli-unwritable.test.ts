// A ledger that may not be written is refused by name before anything is begun, whoever asks: no command is left with an
// error of the system or of the database.

import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../bin/runledger.mjs", import.meta.url));
/** Permissions do not hold for root unless it gives up what puts it above them. */
const likeAnyUser =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] : [];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-unwritable-"));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  if (existsSync(join(folder, ".runledger"))) chmodSync(join(folder, ".runledger"), 0o700);
  rmSync(folder, { recursive: true, force: true });
});

function runledger(...args: string[]): Promise<{ code: number; stderr: string }> {
  const [command = "", ...rest] = [...likeAnyUser, process.execPath, launcher, ...args];
  const { RUNLEDGER_LEDGER: _, ...inherited } = process.env;
  const env = { ...inherited, RUNLEDGER_RUNNER: "source" };
  return new Promise((resolve) => {
    execFile(command, rest, { cwd: folder, env }, (error, _stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

function refusal(path: string, code: string) {
  return {
    code: 2,
    stderr: expect.stringContaining(`ledger.unwritable: ${join(folder, path)} cannot be written (${code})`),
  };
}

test("a folder in which no ledger can be made", async () => {
  chmodSync(folder, 0o500);
  expect(await runledger("exec", "--", "true")).toMatchObject(refusal(".runledger", "EACCES"));
  expect(readdirSync(folder)).toEqual([]);
});

test("a ledger below what is a file", async () => {
  writeFileSync(join(folder, "notes"), "");
  expect(await runledger("exec", "--ledger", "notes/ledger", "--", "true")).toMatchObject(
    refusal("notes/ledger", "ENOTDIR"),
  );
});

test("a ledger that can be read only, for commands that run and for those that look", async () => {
  expect((await runledger("exec", "--", "true")).code).toBe(0);
  chmodSync(join(folder, ".runledger"), 0o500);
  for (const words of [["ls"], ["show", "last"], ["exec", "--", "true"]])
    expect(await runledger(...words)).toMatchObject(refusal(".runledger", "EACCES"));
  chmodSync(join(folder, ".runledger"), 0o700);
  chmodSync(join(folder, ".runledger", "ledger.sqlite"), 0o400);
  expect(await runledger("ls")).toMatchObject(refusal(".runledger/ledger.sqlite", "EACCES"));
});
