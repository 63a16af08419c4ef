import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findLedger, ledgerNotFound } from "./find-ledger.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "runledger-where-")));
const deep = join(folder, "a/b");
mkdirSync(deep, { recursive: true });
mkdirSync(join(folder, ".runledger"));
writeFileSync(join(folder, ".runledger/ledger.sqlite"), "");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nearest = join(folder, ".runledger/ledger.sqlite");

test("the nearest .runledger upwards is meant", () => {
  expect(findLedger({ option: null, env: {}, cwd: deep })).toEqual({ url: nearest, shown: nearest, exists: true });
});

test("--ledger beats RUNLEDGER_LEDGER, which beats the nearest", () => {
  const env = { RUNLEDGER_LEDGER: join(deep, "env.sqlite") };
  expect(findLedger({ option: null, env, cwd: deep }).url).toBe(join(deep, "env.sqlite"));
  expect(findLedger({ option: "option.sqlite", env, cwd: deep })).toEqual({
    url: join(deep, "option.sqlite"),
    shown: join(deep, "option.sqlite"),
    exists: false,
  });
});

test("a password on the command line is refused and not repeated", () => {
  const ask = () => findLedger({ option: "postgres://me:secret@host/db", env: {}, cwd: deep });
  expect(ask).toThrow("RUNLEDGER_LEDGER");
  expect(ask).not.toThrow("secret");
});

test("a password in the environment is taken and never shown", () => {
  const env = { RUNLEDGER_LEDGER: "postgres://me:secret@host:5433/runs?sslmode=require" };
  const place = findLedger({ option: null, env, cwd: deep });
  expect(place).toEqual({ url: env.RUNLEDGER_LEDGER, shown: "postgres://me@host:5433/runs", exists: true });
});

test("a folder with runs and no ledger is told how to get its ledger back", () => {
  const cwd = join(deep, "lost");
  mkdirSync(join(cwd, ".runledger/runs"), { recursive: true });
  const wanted = { option: null, env: {}, cwd };
  const place = findLedger(wanted);
  expect(place.exists).toBe(false);
  expect(ledgerNotFound(place, wanted).message).toContain(`runledger import ${join(cwd, ".runledger/runs")}`);
});
