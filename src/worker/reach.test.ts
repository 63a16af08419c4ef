// Who may look at an attempt's processes and files, and who has to leave them alone.

import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPlace } from "./process-facts.ts";
import { homeOnThisHost, isInReach, placeOfClaims } from "./reach.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-reach-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shared = (name: string) => ({ home: join(folder, name), takeoverAfterMs: 20_000 });
const alone = (name: string) => ({ home: join(folder, name), takeoverAfterMs: null });
const elsewhere = { bootId: "another", pidns: "pid:[1]" };

test("what hosts share is in reach of its own folder on its own host alone, by whatever path", () => {
  const place = placeOfClaims(shared("a"));
  expect(place).toMatchObject(readPlace());
  mkdirSync(join(folder, "b"));
  symlinkSync("a", join(folder, "link"));
  expect(isInReach(shared("a"), place)).toBe(true);
  expect(isInReach(shared("link"), place)).toBe(true);
  expect(isInReach(shared("b"), place)).toBe(false);
  expect(isInReach(shared("nowhere"), place)).toBe(false);
  expect(isInReach(shared("a"), { ...place, ...elsewhere })).toBe(false);
});

test("another folder by the same path is another one", () => {
  const place = placeOfClaims(shared("a"));
  renameSync(join(folder, "a"), join(folder, "moved"));
  mkdirSync(join(folder, "a"));
  expect(isInReach(shared("a"), place)).toBe(false);
});

test("what a build before claimed, which wrote no folder down, is in reach of its host", () => {
  expect(isInReach(shared("nowhere"), readPlace())).toBe(true);
  expect(isInReach(shared("nowhere"), elsewhere)).toBe(false);
});

test("where hosts share no ledger all is in reach, and its folder is not written down, since it may be moved", () => {
  expect(placeOfClaims(alone("a"))).toEqual(readPlace());
  expect(isInReach(alone("a"), elsewhere)).toBe(true);
});

test("people are told a folder of this host, and none of another", () => {
  const place = placeOfClaims(shared("with a space"));
  expect(homeOnThisHost(place)).toBe(realpathSync(join(folder, "with a space")));
  expect(homeOnThisHost({ ...place, ...elsewhere })).toBeNull();
  expect(homeOnThisHost(readPlace())).toBeNull();
});
