// The disk becomes full while a run is supervised. The small disk is real, in a mount namespace of its own; where none
// can be made the test fails and says why.
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixture, Scene } from "../scene.ts";

type Told = { before: string; status: string; error: string | null; findings: unknown[] };

async function onSmallDisk(scene: Scene, mebibytes: number): Promise<Told> {
  const disk = join(scene.folder, "disk");
  mkdirSync(disk);
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const [, waits = ""] = fixture("waits-for-file.mjs");
  const end = join(scene.folder, "end");
  const argv = fixture("fills-the-disk.ts", disk, String(mebibytes), end, waits);
  return new Promise((resolve, reject) => {
    const args = [...user, "--mount", "--propagation", "private", ...argv];
    execFile("unshare", args, { cwd: tmpdir() }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`no small disk can be had, or it did harm: ${stderr}`));
      else resolve(JSON.parse(stdout) as Told);
    });
  });
}

test("a run that meets a full disk ends, and is recorded once there is room again", async () => {
  await using scene = new Scene();
  const { before, status, findings } = await onSmallDisk(scene, 12);
  expect(before).toBe("running");
  expect(["completed", "failed"]).toContain(status);
  expect(findings).toEqual([]);
}, 60_000);
