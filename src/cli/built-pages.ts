// Where the built pages lie. In a checkout they are built anew when their sources changed, by a process of its own and
// beside everything else; a published package brings them along.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { PagesPort, PagesState } from "../server/pages.ts";
import { duration } from "../views/number-words.ts";

export type BuiltPages = PagesPort & Disposable;

/** Looks for the pages of the package in `root`, and builds them where that can be done and is due. */
export function openBuiltPages(root: string, say: (line: string) => void): BuiltPages {
  const folder = `${root}/dist/pages`;
  const builder = `${root}/scripts/build-pages.mjs`;
  const canBuild = existsSync(`${root}/dashboard/index.html`) && existsSync(`${root}/node_modules/vite`);
  let state: PagesState = canBuild ? { state: "building" } : stateOf(folder);
  if (!canBuild || !existsSync(builder)) return { look: () => state, [Symbol.dispose]: () => undefined };

  const startedMs = performance.now();
  const child = spawn(process.execPath, [builder, "--if-changed"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let isBuilding = false;
  let complaint = "";
  createInterface(child.stdout).on("line", (line) => {
    isBuilding ||= line === "building";
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.once("error", (error) => {
    complaint = error.message;
  });
  child.once("close", (code, signal) => {
    state = stateOf(folder);
    if (code === 0 && isBuilding) say(`pages: built in ${duration(performance.now() - startedMs)}`);
    if (code === 0 || signal !== null) return;
    const [reason = "unknown"] = complaint.trim().split("\n");
    if (state.state === "missing") state = { ...state, detail: `the pages could not be built: ${reason}` };
    say(`pages: not built, ${state.state === "ready" ? "older ones are shown" : "there are none"}: ${reason}`);
  });
  return {
    look: () => state,
    [Symbol.dispose]: () => void child.kill("SIGTERM"),
  };
}

function stateOf(folder: string): PagesState {
  if (existsSync(`${folder}/index.html`)) return { state: "ready", folder };
  return { state: "missing", detail: "this copy holds no built pages" };
}
