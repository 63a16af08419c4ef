// Root works once with a ledger that is another user's, as with sudo. What it makes there that user's processes read: locks
// that are looked at, words to a runner, what a later run is made of.

import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptFiles } from "../../src/protocol/attempt-files.ts";
import { holdFileLock } from "../../src/protocol/file-lock.ts";
import { writeVouch } from "../../src/worker/spare-runners.ts";
import { program, repository, Scene } from "../scene.ts";

const isRoot = process.getuid?.() === 0;
/** Whoever is not root makes nothing among another user's files; then all that is here is this user's own. */
const [user, group] = isRoot ? [65_534, 65_534] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
let scene: Scene;
let umask = 0;
beforeEach(() => {
  umask = process.umask(0o077);
  scene = new Scene();
  for (const folder of [scene.folder, scene.home]) chownSync(folder, user, group);
});
afterEach(async () => {
  process.umask(umask);
  await scene[Symbol.asyncDispose]();
});

/** Everything below the folder that is not the user's. */
function notTheUsers(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).uid !== user);
}

describe("what root makes among another user's files", () => {
  it("of a lock is that user's to look at, whatever root's umask", () => {
    const lock = holdFileLock(join(scene.home, "lock"));
    expect(notTheUsers(scene.home)).toEqual([]);
    lock.release();
  });

  it("of its word to a runner is that runner's to read: otherwise it would end itself, unheard", () => {
    writeVouch(scene.home, { claimId: "c", bootId: "b", uptimeS: 1, takenBytes: 0 });
    expect(existsSync(join(scene.home, attemptFiles.supervised))).toBe(true);
    expect(notTheUsers(scene.home)).toEqual([]);
  });

  it("of a run's content is that user's to read, and to put more beside", async () => {
    await scene.ledger();
    const blobs = join(scene.home, "blobs");
    chownSync(blobs, user, group);
    await scene.queue(program(["true"]), null);
    expect(readdirSync(blobs)).toHaveLength(1);
    expect(notTheUsers(blobs)).toEqual([]);
  });

  it("of folders is that user's to use, and to remove", async () => {
    expect(await scene.cli("exec", "--", "true")).toMatchObject({ code: 0 });
    const [runId] = readdirSync(join(scene.home, "runs"));
    const made = ["locks", "blobs", "spares", "runs", `runs/${runId}`, `runs/${runId}/1`, "../logs/sessions"];
    expect(made.filter((name) => statSync(join(scene.home, name)).uid !== user)).toEqual([]);
    expect(notTheUsers(join(scene.folder, "logs"))).toEqual([]);
  });
});

/** Root is above permissions unless it gives up what puts it there; and then it is a user among others. */
const given = "-dac_override,-dac_read_search";
const likeAnyUser = isRoot ? ["setpriv", `--bounding-set=${given}`, `--inh-caps=${given}`] : [];

function asAnyUser(...operands: string[]) {
  const words = [process.execPath, join(repository, "bin/runledger.mjs"), ...operands];
  const [command = "", ...args] = [...likeAnyUser, ...words];
  const env = { PATH: process.env.PATH ?? "", HOME: scene.folder, RUNLEDGER_RUNNER: "source" };
  return spawnSync(command, args, { cwd: scene.folder, env, encoding: "utf8" });
}

describe("what is another user's", () => {
  beforeEach(() => {
    for (const folder of [scene.folder, scene.home])
      chownSync(folder, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  });

  it("and was left behind of a spare is in the way of nobody's commands", () => {
    const spare = join(scene.home, "spares", "of-another");
    mkdirSync(spare, { recursive: true });
    writeFileSync(join(spare, attemptFiles.runnerOutput), "");
    utimesSync(spare, 1, 1);
    chownSync(spare, user, group);
    const done = asAnyUser("exec", "--", "echo", "works");
    expect(done, done.stderr).toMatchObject({ status: 0, stdout: "works\n" });
    // Whoever is not root has made it itself.
    expect(existsSync(spare)).toBe(isRoot);
  });

  it("of a run's files is said to be unreadable, or to stay, and no fault of the command", async () => {
    expect(await scene.cli("exec", "--", "true")).toMatchObject({ code: 0 });
    const [runId = ""] = readdirSync(join(scene.home, "runs"));
    const folder = join(scene.home, "runs", runId);
    chownSync(folder, user, group);
    expect(asAnyUser("verify").stdout.includes(`unreadable\t${runId}`)).toBe(isRoot);
    const removed = asAnyUser("rm", runId);
    expect(removed, removed.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining("deleted") });
    expect(asAnyUser("prune", "--older-than", "1d")).toMatchObject({ status: 0 });
    expect(existsSync(folder)).toBe(isRoot);
  });
});
