// An agent that does what its arguments say, each one JSON: {"say": line} writes a line of the protocol, {"print": text}
// any other, {"stderr": text}; "hear" waits for a line and prints it on stderr; {"exit": code}; "hang" for ever; "fork"
// leaves a child that hangs; {"until": path} waits for a file; {"env": name} and {"read": path} tell on stderr what it
// sees.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
await lines.next();

const acts = {
  say: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  print: (text) => process.stdout.write(`${text}\n`),
  stderr: (text) => process.stderr.write(`${text}\n`),
  exit: (code) => process.exit(code),
  env: (name) => process.stderr.write(`${name}=${process.env[name]}\n`),
  read(path) {
    try {
      process.stderr.write(`read ${path}: ${readFileSync(path).length} bytes\n`);
    } catch (error) {
      process.stderr.write(`read ${path}: ${error.code}\n`);
    }
  },
  until: (path) =>
    new Promise((resolve) => {
      const look = setInterval(() => existsSync(path) && resolve(clearInterval(look)), 5);
    }),
  hear: async () => process.stderr.write(`heard ${(await lines.next()).value}\n`),
  fork: () =>
    spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" }).unref(),
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
};

for (const text of process.argv.slice(2)) {
  const act = JSON.parse(text);
  if (typeof act === "string") await acts[act]();
  else for (const [name, value] of Object.entries(act)) await acts[name](value);
}
process.exit(0);
