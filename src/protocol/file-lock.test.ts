import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holdFileLock, isFileLockFree } from "./file-lock.ts";

let folder = "";
let child: ChildProcess | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-lock-"));
});
afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process that holds the lock and says so. */
async function holder(path: string): Promise<ChildProcess> {
  const lockModule = new URL("./file-lock.ts", import.meta.url).href;
  const script = `import { holdFileLock } from ${JSON.stringify(lockModule)};
    holdFileLock(${JSON.stringify(path)}); process.stdout.write("held"); setInterval(() => globalThis.gc?.(), 50);`;
  const flags = ["--expose-gc", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e"];
  child = spawn(process.execPath, [...flags, script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  return child;
}

describe("a lock that dies with its holder", () => {
  it("is taken where its folder is, and made by nobody else: a link that was laid there leads nowhere", () => {
    const moved = () => holdFileLock(join(folder, "gone", "lock"));
    expect(moved).toThrowError(expect.objectContaining({ code: "ledger.moved" }));
    const elsewhere = join(folder, "elsewhere");
    symlinkSync(elsewhere, join(folder, "lock"));
    expect(() => holdFileLock(join(folder, "lock"))).toThrowError("EEXIST");
    expect(existsSync(elsewhere)).toBe(false);
  });

  it("is held while the process lives and free the moment it is killed, and looking takes nothing", async () => {
    const path = join(folder, "lock");
    const process = await holder(path);
    for (let look = 0; look < 50; look += 1) expect(isFileLockFree(path)).toBe(false);
    expect(() => holdFileLock(path)).toThrow("locked");
    process.kill("SIGKILL");
    await once(process, "exit");
    expect(isFileLockFree(path)).toBe(true);
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  it("of a stopped process is held: stopped is not dead", async () => {
    const path = join(folder, "lock");
    const process = await holder(path);
    process.kill("SIGSTOP");
    expect(isFileLockFree(path)).toBe(false);
  });

  it("can be taken while others look all the time", async () => {
    const path = join(folder, "lock");
    const lockModule = new URL("./file-lock.ts", import.meta.url).href;
    const script = `import { isFileLockFree } from ${JSON.stringify(lockModule)};
      process.stdout.write("looking"); for (;;) isFileLockFree(${JSON.stringify(path)});`;
    child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script]);
    await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
    for (let round = 0; round < 300; round += 1) holdFileLock(path).release();
  });

  it("is seen as held by its own process too, and is gone after release", () => {
    const path = join(folder, "lock");
    const lock = holdFileLock(path);
    expect([isFileLockFree(path), isFileLockFree(path)]).toEqual([false, false]);
    lock.release();
    expect(isFileLockFree(path)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });
});
