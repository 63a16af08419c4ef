// What a server says on a disk without room: a real one, small enough to fill. It takes the right to mount.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { Scene } from "../scene.ts";
import { serve } from "./served.ts";

let disk: string;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "runledger-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], { stdio: ["ignore", "ignore", "inherit"] });
});

afterEach(() => {
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

test("while its ledger's disk has no room a server is not ready, and names the disk", async () => {
  await using scene = new Scene();
  await using ledger = await openLedger({ url: disk, mustExist: false });
  await using served = await serve(scene, {}, () => ledger);
  expect(await served.get("/ready")).toMatchObject({ status: 200, json: { isReady: true, reasons: [] } });
  const filler = join(disk, "filler");
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize - 65_536));
  const { status, json } = await served.get("/ready");
  expect([status, json.code]).toEqual([503, "server.not-ready"]);
  expect(json.data).toMatchObject({ isReady: false, ledger: { state: "open" } });
  expect(json.data.reasons).toEqual([expect.stringMatching(/^disk: /)]);
  rmSync(filler);
  expect(await served.get("/ready")).toMatchObject({ status: 200, json: { isReady: true } });
});
