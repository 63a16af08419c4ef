// Starts two children that never exit and ignore SIGTERM, then waits with them. The arguments mark their command lines.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("ignores-sigterm.mjs", import.meta.url));
const children = [1, 2].map(() =>
  spawn(process.execPath, [child, ...process.argv.slice(2)], { stdio: ["ignore", "pipe", "inherit"] }),
);
let ready = 0;
for (const { stdout } of children) {
  stdout.once("data", () => {
    ready += 1;
    if (ready === children.length) process.stdout.write("ready\n");
  });
}
setInterval(() => {}, 60_000);
