// Whoever reads a command's pipe more slowly than it writes gets all of it, and the exit code is the command's.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { workplace } from "./command-line.ts";
import { repository } from "./scene.ts";

/** Several times what a pipe holds. */
const bytes = 400_000;
/** The reader begins when the run is over, which its session of events on stderr says, or a pipe would fill unseen. */
const script = `("$@" 2>said; echo $? >code) | { until grep -q completed said; do sleep 0.05; done; sleep 0.5; cat; } >read`;

test("a pipe that is read late holds nothing back", { timeout: 90_000 }, async () => {
  using place = workplace();
  const print = `process.stdout.write("x".repeat(${bytes}))`;
  const command = [
    process.execPath,
    join(repository, "bin/runledger.mjs"),
    "exec",
    "--",
    process.execPath,
    "-e",
    print,
  ];
  await promisify(execFile)("sh", ["-c", script, "sh", ...command], { cwd: place.folder });
  const [read, code] = ["read", "code"].map((name) => readFileSync(join(place.folder, name), "utf8"));
  expect([read?.length, code?.trim()]).toEqual([bytes, "0"]);
});
