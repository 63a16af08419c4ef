// Hands the command to the Node that `npm ci` installs beside this package, when the running Node is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

/** Set for the second start: a Node beside us that is too old as well must not start itself for ever. */
const RELAUNCHED = "RUNLEDGER_RELAUNCHED";

/**
 * Runs this same command under the installed Node and ends as it ends; says what to do (exit 2) where there is none.
 * @param {string} needed the oldest version that will do
 */
export function relaunch(needed) {
  const node = installedNode();
  const tooOld = `build.node-too-old: this is Node.js ${process.versions.node}, and Runledger needs ${needed} or newer`;
  if (node === undefined) {
    return refuse(
      `${tooOld}; the one that npm installs is missing here: run "npm rebuild node" (or "npm ci" without --ignore-scripts), or use a newer Node.js`,
    );
  }
  if (process.env[RELAUNCHED] === "1") {
    return refuse(`${tooOld}; ${node} is too old as well: run "npm ci", or use a newer Node.js`);
  }
  const launcher = fileURLToPath(new URL("./runledger.mjs", import.meta.url));
  const child = spawn(node, [launcher, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, [RELAUNCHED]: "1" },
  });
  child.on("error", (error) =>
    refuse(`${tooOld}; ${node} cannot be started: ${error.message}: run "npm ci", or use a newer Node.js`),
  );
  stayInFrontOf(child);
}

/** The Node of the `node` package: in our own node_modules, or beside us where npm has hoisted it. */
function installedNode() {
  const places = ["../node_modules/node/bin/node", "../../node/bin/node"];
  return places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
}

/**
 * Passes signals on to the child, and ends with its exit code or by its signal.
 * @param {import("node:child_process").ChildProcess} child
 */
function stayInFrontOf(child) {
  // A terminal sends its own INT and QUIT to both of us; passing them on would make two out of one Ctrl-C.
  const onTerminal = isatty(0) || isatty(1) || isatty(2);
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])) {
    const sentByTerminal = onTerminal && (signal === "SIGINT" || signal === "SIGQUIT");
    process.on(signal, () => sentByTerminal || child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** @param {string} line */
function refuse(line) {
  console.error(line);
  process.exitCode = 2;
}
