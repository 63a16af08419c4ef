// A user whose inotify instances are all taken: no process can watch a file, and none may end for it.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository, Scene } from "../scene.ts";

/** In a user namespace of its own the number may be lowered for it alone. */
const limited = 'echo "$1" > /proc/sys/user/max_inotify_instances || exit 97; shift; exec "$@"';

/** Each event loop needs an instance of its own; this has two of them. */
const watchesTwice = `
  const watches = 'require("node:fs").watch(".")';
  eval(watches);
  new worker_threads.Worker(watches, { eval: true });
`;

test.each([0, 1])("a run completes where this user may have %i inotify instances", async (instances) => {
  await using scene = new Scene();
  const probe = await within(scene, instances, ["-e", watchesTwice]);
  expect(probe, "the number of inotify instances could not be lowered here").toMatchObject({
    code: 1,
    stderr: expect.stringContaining("EMFILE"),
  });
  const run = await within(scene, instances, [join(repository, "bin/runledger.mjs"), "exec", "--", "echo", "hi"]);
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("hi") });
  const { runs } = await (await scene.ledger()).listRuns({}, {});
  expect(runs).toMatchObject([{ status: "completed" }]);
  await scene.expectVerified();
});

type Ended = { code: number; stdout: string; stderr: string };

/** What Node makes of these arguments where this many inotify instances may be had. */
function within(scene: Scene, instances: number, args: string[]): Promise<Ended> {
  const argv = ["--user", "--map-root-user", "sh", "-c", limited, "sh", String(instances), process.execPath, ...args];
  const env = { ...process.env, RUNLEDGER_RUNNER: "source", RUNLEDGER_LEDGER: "", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("unshare", argv, { cwd: scene.folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
