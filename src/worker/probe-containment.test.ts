import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ContainmentProbe, probeContainment, strongestContainment } from "./probe-containment.ts";
import { childrenNow } from "./process-facts.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-probe-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What a process with this PATH finds out about `pidns`. */
async function probedWith(path: string): Promise<ContainmentProbe | undefined> {
  const module = new URL("probe-containment.ts", import.meta.url).href;
  const code = `import { probeContainment } from "${module}"; console.log(JSON.stringify(await probeContainment()));`;
  const args = ["--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, PATH: path } });
  return (JSON.parse(stdout) as ContainmentProbe[]).find(({ kind }) => kind === "pidns");
}

const fake = (name: string, script: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o700 });

test("the kinds are listed strongest first, each that is missing with its reason, and nothing stays behind", async () => {
  const kinds = await probeContainment();
  expect(kinds.map(({ kind }) => kind)).toEqual(["cgroup", "pidns", "sweep"]);
  for (const { isAvailable, why } of kinds) if (!isAvailable) expect(why).toMatch(/\w+ \w+/);
  expect(kinds.find(({ kind }) => kind === "sweep")?.isAvailable).toBe(true);
  expect(childrenNow(process.pid).filter(({ name }) => ["unshare", "nsenter", "setpriv"].includes(name))).toEqual([]);
});

test("the answer is kept, and the strongest kind for programs follows from it", async () => {
  expect(probeContainment()).toBe(probeContainment());
  const hasNamespace = (await probeContainment()).some(({ kind, isAvailable }) => kind === "pidns" && isAvailable);
  expect(await strongestContainment()).toBe(hasNamespace ? "pidns" : "sweep");
});

test("a kernel that forbids namespaces is quoted", async () => {
  fake("unshare", "echo 'unshare failed: Operation not permitted' >&2; exit 1");
  const why = "unshare failed: Operation not permitted";
  expect(await probedWith(`${folder}:${process.env.PATH}`)).toEqual({ kind: "pidns", isAvailable: false, why });
});

test("a tool that dies without a word, knows no such option or is missing is named", async () => {
  fake("unshare", "exit 1");
  const silent = await probedWith(`${folder}:${process.env.PATH}`);
  expect(silent?.why).toBe("unshare ended without a word");
  rmSync(join(folder, "unshare"));
  fake("nsenter", "echo 'nsenter: no such namespace' >&2; exit 1");
  expect((await probedWith(`${folder}:${process.env.PATH}`))?.why).toBe("nsenter: no such namespace");
  rmSync(join(folder, "nsenter"));
  expect((await probedWith(folder))?.why).toBe("spawn setpriv ENOENT");
});
