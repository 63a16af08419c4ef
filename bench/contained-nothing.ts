// The least that an isolated run of a program can cost on Node: a process that makes a PID namespace with the tools that
// runners use, runs `true` in it, and ends. No ledger, no journal, no limits, nobody who watches.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { entryArgv, outerArgv } from "../src/protocol/program.ts";
import { timed } from "./measure.ts";

const script = `
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");
const [outer, entry] = JSON.parse(process.argv[1]);
const namespace = spawn(outer[0], outer.slice(1), { stdio: ["ignore", "pipe", "inherit", "pipe"], detached: true });
namespace.stdout.once("data", () => {
  const init = readFileSync("/proc/" + namespace.pid + "/task/" + namespace.pid + "/children", "utf8").trim();
  const argv = entry.map((part) => (part === "INIT" ? init : part));
  const program = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "pipe", "pipe"], detached: true });
  program.once("exit", (code) => {
    process.exitCode = code;
    namespace.stdio[3].destroy();
  });
});
`;

/** One such process from start to end, milliseconds. @throws if `true` did not run */
export function containedNothing(): Promise<number> {
  const isRoot = process.getuid?.() === 0;
  const entry = entryArgv({ initPid: 0, isRoot, cwd: "/", argv: ["true"], locate: (tool) => tool });
  const argv = JSON.stringify([outerArgv({ isRoot }), entry.map((part) => (part === "0" ? "INIT" : part))]);
  return timed(async () => {
    const child = spawn(process.execPath, ["-e", script, argv], { stdio: ["ignore", "ignore", "inherit"] });
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`a bare process could not run \`true\` in a namespace: it ended with ${code}`);
  });
}
