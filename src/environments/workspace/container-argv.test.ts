// The command lines that a Docker engine would be given.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { type ContainerProgram, listArgv, removeArgv, runArgv } from "./container-argv.ts";

const program: ContainerProgram = {
  image: "sha256:1234",
  runId: "01a2",
  argv: ["sh", "-c", "npm test"],
  workspace: "/w/a, b/workspace",
  home: "/w/home",
  temporary: "/w/tmp",
  network: "none",
  user: { uid: 1000, gid: 1001 },
};

test("a container has the program in the place of the image's own, three folders, the user's id and the run's label", () => {
  expect(runArgv(program)).toEqual([
    ...["docker", "run", "--rm", "--init", "--pull", "never", "--label", "runledger.run=01a2"],
    ...["--network", "none", "--security-opt", "no-new-privileges", "--user", "1000:1001"],
    ...["--mount", 'type=bind,"source=/w/a, b/workspace",target=/workspace'],
    ...["--mount", "type=bind,source=/w/home,target=/home/agent", "--mount", "type=bind,source=/w/tmp,target=/tmp"],
    ...["--workdir", "/workspace", "--env", "HOME=/home/agent", "--env", "TMPDIR=/tmp"],
    ...["--entrypoint", "sh", "--", "sha256:1234", "-c", "npm test"],
  ]);
  expect(runArgv({ ...program, network: "inherit" }).join(" ")).toContain("--network host");
});

test("containers of a run are found by its label, running or not, and removed by force", () => {
  expect(listArgv("01a2")).toEqual(["docker", "ps", "--all", "--quiet", "--filter", "label=runledger.run=01a2"]);
  expect(removeArgv(["c1", "c2"])).toEqual(["docker", "rm", "--force", "--", "c1", "c2"]);
});

test("a client that is here takes no offence at the command line: it fails for want of an engine alone", () => {
  const [command, ...args] = runArgv(program);
  const env = { PATH: process.env.PATH ?? "", DOCKER_HOST: "unix:///no/such/docker.sock" };
  const { error, stderr } = spawnSync(command, args, { env, encoding: "utf8" });
  const isWithoutClient = (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  expect(isWithoutClient || /daemon|docker API/i.test(stderr), stderr).toBe(true);
});
