// `exec`: the program's output and exit code are its own; interrupts cancel through the ledger; a run whose command line
// was killed goes on and is adopted.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { interruptUntil, workplace } from "./command-line.ts";

/** A shell that says it is there and then waits until it is ended. */
const waits = ["--", "sh", "-c", "echo there; sleep 600"];

describe("exit codes and streams", () => {
  test.each([
    { script: "exit 0", code: 0 },
    { script: "exit 3", code: 3 },
    { script: "kill -9 $$", code: 137 },
  ])("a program that does `$script` makes exec exit with $code", async ({ script, code }) => {
    using place = workplace();
    const ended = await place.ask(["exec", "--", "sh", "-c", `echo out; echo err >&2; ${script}`]);
    expect([ended.code, ended.stdout]).toEqual([code, "out\n"]);
    expect(ended.stderr).toMatch(/^err$/m);
  });

  test("a program over its wall limit makes exec exit with 124", async () => {
    using place = workplace();
    const ended = await place.ask(["exec", "--limits", "wall_s=0.5", ...waits]);
    expect(ended.code).toBe(124);
    expect(ended.stderr).toContain("limit.wall_s");
  });

  test("a program that is not there makes exec exit with 127, and the run says so", async () => {
    using place = workplace();
    const ended = await place.ask(["exec", "--json", "no-such-program-here"]);
    expect(ended.code).toBe(127);
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: "failed", error: { code: "program.not-found" } });
  });

  test("with --json the program's output goes to stderr and stdout is one value", async () => {
    using place = workplace();
    const ended = await place.ask(["exec", "--json", "--name", "eval", "--", "echo", "hello"]);
    expect(JSON.parse(ended.stdout)).toMatchObject({ name: "eval", kind: "command", status: "completed" });
    expect(ended.stderr).toContain("hello\n");
    expect((await place.ask(["logs", "last"])).stdout).toBe("hello\n");
  });

  test("a script of many lines is named on one", async () => {
    using place = workplace();
    const { code, stderr } = await place.ask(["exec", "--", "sh", "-c", "true\n: completed · passed"]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/exec sh -c true ⏎ : completed · passed\n/)]);
    expect(stderr).not.toMatch(/^: completed/m);
  });

  test("what the program reports in its event file is told as it comes", async () => {
    using place = workplace();
    const report = `echo '{"type":"progress","done":1,"total":2}' >> $RUNLEDGER_EVENTS; echo '{"type":"score","score":0.5}' >> $RUNLEDGER_EVENTS`;
    const { stderr } = await place.ask(["exec", "--", "sh", "-c", report]);
    expect(stderr).toMatch(/progress {5}1 of 2/);
    expect(stderr).toMatch(/scored {7}0\.500000/);
  });
});

describe("interrupts", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s cancels the run, waits for its death and exits with 130",
    async (signal) => {
      using place = workplace();
      const started = place.start(["exec", ...waits]);
      await started.shows("stdout", "there");
      started.child.kill(signal);
      const ended = await started.ended;
      expect(ended.code).toBe(130);
      expect(ended.stderr).toMatch(/cancelled +everything was seen gone/);
      expect(ended.stderr).toContain(`cancelled; asked by cli: ${signal === "SIGINT" ? "interrupt" : signal}`);
    },
  );

  test("a second interrupt takes the grace away from a program that ignores the first", async () => {
    using place = workplace();
    const stubborn = "trap '' TERM; echo there; while :; do sleep 1; done";
    const started = place.start(["exec", "--limits", "grace_s=600", "--", "sh", "-c", stubborn]);
    await started.shows("stdout", "there");
    started.child.kill("SIGINT");
    await started.shows("stderr", "cancelling");
    await interruptUntil(started, "without grace");
    const ended = await started.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/cancelling +asked by cli: interrupt, without grace/);
  });

  test("a program whose output nobody reads any more is cancelled", async () => {
    using place = workplace();
    const started = place.start(["exec", "--", "sh", "-c", "while :; do echo y; done"]);
    await started.shows("stdout", "y");
    started.child.stdout?.destroy();
    expect((await started.ended).code).toBe(130);
    expect(JSON.parse((await place.ask(["show", "last", "--json"])).stdout)).toMatchObject({ status: "cancelled" });
  });
});

describe("after kill -9 of the command line", () => {
  test("ls says unsupervised, watch adopts the run, shows it from the beginning and has its exit code", async () => {
    using place = workplace();
    // The file is what the program waits for, so that no clock decides who is first.
    const started = place.start([
      "exec",
      "--",
      "sh",
      "-c",
      "echo there; until [ -e go ]; do sleep 0.05; done; echo done; exit 3",
    ]);
    await started.shows("stdout", "there");
    started.child.kill("SIGKILL");
    await started.ended;
    const listed = await place.ask(["ls", "--json"]);
    expect(JSON.parse(listed.stdout).runs[0]).toMatchObject({ status: "running", liveness: { state: "unsupervised" } });
    const watcher = place.start(["watch"]);
    await watcher.shows("stderr", "adopted");
    writeFileSync(join(place.folder, "go"), "");
    const watched = await watcher.ended;
    expect([watched.code, watched.stdout]).toEqual([3, "there\ndone\n"]);
    const [, pid] = /started +pid (\d+)/.exec(watched.stderr) ?? [];
    expect(watched.stderr.indexOf("run     ")).toBeLessThan(watched.stderr.indexOf("adopted "));
    expect(watched.stderr).toMatch(
      new RegExp(
        `^adopted [0-9a-f]{8}: pid ${pid} alive, same start time; 0 journal lines waited and were taken$`,
        "m",
      ),
    );
  });

  test("a run whose runner died too is lost, and the next command says that it concluded it", async () => {
    using place = workplace();
    const started = place.start(["exec", ...waits]);
    await started.shows("stdout", "there");
    const before = JSON.parse((await place.ask(["show", "last", "--json"])).stdout);
    const pid = /pid (\d+)/.exec((await place.ask(["why", before.id])).stdout)?.[1];
    process.kill(Number(pid), "SIGSTOP");
    started.child.kill("SIGKILL");
    await started.ended;
    process.kill(Number(pid), "SIGKILL");
    const listed = await place.ask(["ls"]);
    expect(listed.stderr).toContain(
      `(concluded 1 attempt whose supervisor and process are gone: ${before.id.slice(-8)})`,
    );
    expect(listed.stdout.split("\n")[1]?.split("\t")[1]).toBe("lost");
  });

  test("logs -f ends when the runner that nobody supervises has gone, and the run is concluded", async () => {
    using place = workplace();
    const started = place.start(["exec", ...waits]);
    await started.shows("stdout", "there");
    started.child.kill("SIGKILL");
    await started.ended;
    const logs = place.start(["logs", "last", "-f"]);
    await logs.shows("stdout", "there");
    const pid = /pid (\d+)/.exec((await place.ask(["why", "last"])).stdout)?.[1];
    process.kill(Number(pid), "SIGKILL");
    expect(await logs.ended).toMatchObject({ code: 0, stdout: "there\n" });
    expect(JSON.parse((await place.ask(["show", "last", "--json"])).stdout)).toMatchObject({ status: "lost" });
  });

  test("watch left by an interrupt leaves the run alone", async () => {
    using place = workplace();
    const started = place.start(["exec", ...waits]);
    await started.shows("stdout", "there");
    const watcher = place.start(["watch"]);
    await watcher.shows("stderr", "started");
    watcher.child.kill("SIGINT");
    expect((await watcher.ended).code).toBe(130);
    expect(JSON.parse((await place.ask(["show", "last", "--json"])).stdout)).toMatchObject({
      status: "running",
      liveness: { state: "live" },
    });
    started.child.kill("SIGINT");
    expect((await started.ended).code).toBe(130);
  });
});
