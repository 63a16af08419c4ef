// Leaves a daemon behind and exits with 0: forked twice, in a session of its own, all files closed. The arguments
// mark the daemon's command line; with `--clear-environment` first, its environment is empty.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const [first, ...rest] = process.argv.slice(2);
const isCleared = first === "--clear-environment";
const marks = isCleared ? rest : [first, ...rest];
const daemon = fileURLToPath(new URL("never-exits.mjs", import.meta.url));
const clear = isCleared ? "env -i" : "env";
const script = `setsid sh -c 'exec ${clear} "$0" "$@"' "$0" "$@" </dev/null >/dev/null 2>&1 &`;
const shell = spawn("sh", ["-c", script, process.execPath, daemon, ...marks], { stdio: "ignore" });
shell.on("exit", (code) => process.exit(code ?? 1));
