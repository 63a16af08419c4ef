// Does everything at once to live on: ignores SIGTERM itself, and leaves a daemon behind that has forked twice, has a
// session of its own, no environment and no open file, ignores SIGTERM and starts another process every 50 ms, each of
// which lives for a minute at most. The argument is a folder, which is in the command line of each of them.
import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

const sleep = join(process.argv[2], "sleep");
symlinkSync("/bin/sleep", sleep);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
const daemon = `
trap "" TERM INT HUP
exec <&- >&- 2>&-
births=0
while [ $births -lt 1000 ]; do
  "$1" 60 &
  births=$((births + 1))
  "$1" 0.05
done`;
const script = `setsid env -i sh -c "$0" sh "$1" &`;
spawn("sh", ["-c", script, daemon, sleep], { stdio: "ignore" });
process.stdout.write("ready\n");
setInterval(() => {}, 60_000);
