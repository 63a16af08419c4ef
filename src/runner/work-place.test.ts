import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { WorkPlace } from "../environments/environment.ts";
import { placeUnderTest } from "./place-under-test.ts";

const env = { PATH: process.env.PATH ?? "" };

function sh(place: WorkPlace, script: string, rest: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  return place.run({ argv: ["sh", "-c", script], cwd: place.folder, env, timeoutMs: 10_000, ...rest });
}

test("a program's exit, signal and output come back", async () => {
  using place = placeUnderTest();
  expect(await sh(place, "echo out; echo err >&2; exit 3")).toEqual({
    ...{ exitCode: 3, signal: null, stdout: "out\n", stderr: "err\n", stoppedFor: null },
  });
  expect(await sh(place, "kill -TERM $$")).toMatchObject({ exitCode: null, signal: "SIGTERM" });
});

test("a program that is not there is told as a shell tells it", async () => {
  using place = placeUnderTest();
  const end = await place.run({ argv: ["no-such-program"], cwd: place.folder, env, timeoutMs: 1_000 });
  expect(end).toMatchObject({
    exitCode: 127,
    stderr: expect.stringContaining("no-such-program is in no folder of PATH"),
  });
});

test("what a program leaves in the background is gone when its end is told", async () => {
  using place = placeUnderTest();
  const end = await sh(place, "(setsid sh -c 'while :; do date > alive; done' &) ; exit 0");
  expect(end).toMatchObject({ exitCode: 0, stoppedFor: null });
  const now = await sh(place, "rm -f alive; for i in 1 2 3 4 5; do [ -e alive ] && echo alive; sleep 0.05; done");
  expect(now.stdout).toBe("");
});

test("time, a signal and a flood each end the program and say so", async () => {
  using place = placeUnderTest({ outputMib: 1 });
  expect(await sh(place, "sleep 60", { timeoutMs: 100 })).toMatchObject({ stoppedFor: "time" });
  const abort = new AbortController();
  const stopped = sh(place, "sleep 60", { signal: abort.signal });
  abort.abort();
  expect(await stopped).toMatchObject({ stoppedFor: "signal" });
  const flooded = await sh(place, "yes");
  expect(flooded.stoppedFor).toBe("flood");
  expect(flooded.stdout.length).toBeLessThan(100_000);
  expect(flooded.stdout).toMatch(/… \d+ bytes left out …/);
});

test("secrets are masked in what comes back", async () => {
  using place = placeUnderTest({ secrets: { API_KEY: "sk-12345678" } });
  expect((await sh(place, "echo key sk-12345678")).stdout).toBe("key [masked API_KEY]\n");
});

test("a program sees its own folder, and nothing else of what is concealed", async () => {
  using place = placeUnderTest();
  const other = join(place.home, "blobs");
  mkdirSync(other);
  writeFileSync(join(other, "truth"), "secret");
  writeFileSync(join(place.folder, "mine"), "mine");
  const seen = await sh(place, `cat mine; ls ${place.home} ${place.attemptDir}; cat ${other}/truth; echo new > kept`);
  expect(seen.stdout.split("\n").slice(0, 2)).toEqual([`mine${place.home}:`, "runs"]);
  expect(seen.stderr).toContain("No such file");
  expect(seen.stdout + seen.stderr).not.toContain("secret");
  expect(existsSync(join(place.folder, "kept"))).toBe(true);
  const umounted = await sh(place, `umount ${place.home} || umount -l ${place.home}; cat ${other}/truth`);
  expect(umounted.stdout).toBe("");
});
