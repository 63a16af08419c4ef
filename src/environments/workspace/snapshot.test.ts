// What of a workspace goes over a pause, and when it cannot.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { World, WorldSetup } from "../environment.ts";
import { workspaceEnvironment } from "./world.ts";

let folder: string;
let world: World;

const setup = (): WorldSetup => ({
  ...{ initialState: [], options: { image: null, network: "inherit" }, seed: 0, record: async () => {} },
  place: { folder, runId: "a", run: () => Promise.reject(new Error("nothing is run here")) },
});
const inside = (path: string) => join(folder, "workspace", path);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-workspace-"));
  world = await workspaceEnvironment.open(setup());
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("one that no checkpoint can hold says so, be it all holes, and one that was emptied does not", async () => {
  expect(await world.whyNoSnapshot?.()).toBeNull();
  writeFileSync(inside("big"), "");
  truncateSync(inside("big"), 3 * 1024 ** 3);
  expect(await world.whyNoSnapshot?.()).toContain("64 MiB");
  truncateSync(inside("big"), 0);
  expect(await world.whyNoSnapshot?.()).toBeNull();
});

test("what others may do with a file or folder stays as it was, whatever this process leaves out of what it makes", async () => {
  mkdirSync(inside("shared"));
  chmodSync(inside("shared"), 0o777);
  writeFileSync(inside("shared/f"), "");
  chmodSync(inside("shared/f"), 0o666);
  world = await workspaceEnvironment.restore(setup(), await world.snapshot());
  const modeOf = (path: string) => (statSync(inside(path)).mode & 0o777).toString(8);
  expect([modeOf("shared"), modeOf("shared/f")]).toEqual(["777", "666"]);
});
