// --url: a command prints through a server, byte for byte, what it prints beside the ledger.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { complete } from "../../src/ledger/contract/samples.contract.ts";
import { benchmark001, fixture, program, repository, Scene, until } from "../scene.ts";
import { newToken, type Served, serve, workQueue } from "./served.ts";

let scene: Scene;
let served: Served;
let work: AsyncDisposable;
let ids: { benchmark: string; command: string; experiment: string; ended: string };

beforeAll(async () => {
  scene = new Scene();
  for (const file of ["001-sol-transfer.yml", "003-spl-transfer-fail.yml"])
    cpSync(join(repository, "benchmarks", file), join(scene.folder, file));
  served = await serve(scene);
  const worker = await scene.worker();
  const benchmark = (await scene.run(benchmark001(), worker)).id;
  const prints = 'console.log("Grüße\\nan alle"); console.error("oh"); process.exit(3)';
  const command = (await scene.run(program([process.execPath, "-e", prints]), worker)).id;
  const plan = { benchmarks: ["001-sol-transfer", "003-spl-transfer-fail"], seed: 7 };
  const experiment = (await served.send("POST", "/experiments", plan)).json.id;
  work = await workQueue(scene);
  await until("it has ended", async () => (await served.get(`/experiments/${experiment}`)).json.ended === 2);
  const ended = (await complete(await scene.ledger(), { labels: { a: "b" } })).runId;
  ids = { benchmark, command, experiment, ended };
});
afterAll(async () => {
  await work[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

type Printed = { code: number; stdout: string; stderr: string };

/** The command in the scene's folder, with a terminal or with pipes. */
async function ask(
  args: readonly string[],
  { isTTY = false, env = {}, onStderr = (_: string): unknown => null } = {},
): Promise<Printed> {
  const printed = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof printed) => ({
    ...{ isTTY, columns: 120 },
    write(chunk: string | Uint8Array) {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      printed[name] += text;
      if (name === "stderr") onStderr(text);
      return true;
    },
  });
  const { RUNLEDGER_LEDGER: _, ...own } = process.env;
  const around = { env: { ...own, NO_COLOR: "1", ...env }, cwd: scene.folder };
  const code = await runCommandLine(args, { ...around, stdout: stream("stdout"), stderr: stream("stderr") });
  return { code, ...printed };
}

const through = (args: readonly string[]) => [...args, "--url", served.server.url];

/** What differs by the moment of reading alone. */
function timeless(text: string): string {
  return text.replace(/"computedAt":"[^"]*"/g, '"computedAt":""');
}

describe("the same bytes come from", () => {
  const commands: [name: string, args: () => string[]][] = [
    ["ls", () => ["ls"]],
    ["ls with filters", () => ["ls", "--status", "completed", "--agent", "deterministic", "--limit", "2"]],
    ["ls of a label", () => ["ls", "--label", "a=b"]],
    ["ls of a subject", () => ["ls", "--subject", "001-sol-transfer"]],
    ["what prune would delete", () => ["prune", "--older-than", "1s", "--dry-run", "--agent", "deterministic"]],
    ["ls of an experiment", () => ["ls", "-a", "--experiment", ids.experiment.slice(-8)]],
    ["show of a benchmark", () => ["show", ids.benchmark.slice(-8)]],
    ["show of a program", () => ["show", ids.command]],
    ["show of what is newest", () => ["show", "last"]],
    ["show of the one before", () => ["show", "last~1"]],
    ["show as it was", () => ["show", ids.benchmark, "--at", "5"]],
    ["show of a transaction", () => ["show", ids.benchmark, "--tx", "1"]],
    ["show --receipt", () => ["show", ids.benchmark, "--receipt"]],
    ["show of an experiment", () => ["show", ids.experiment]],
    ["why", () => ["why", ids.command.slice(-6)]],
    ["diff of two runs", () => ["diff", ids.benchmark, ids.command.slice(-8)]],
    ["logs", () => ["logs", ids.command]],
    ["watch of an ended run", () => ["watch", ids.benchmark]],
    ["watch of an experiment", () => ["watch", ids.experiment]],
    ["export as a session", () => ["export", ids.benchmark]],
    ["export as CSV", () => ["export", ids.experiment, "--format", "csv"]],
    ["export as JUnit", () => ["export", ids.experiment, "--format", "junit"]],
    ["export as OTLP", () => ["export", ids.benchmark, "--format", "otlp"]],
    ["limits", () => ["limits"]],
    ["agents", () => ["agents"]],
    ["verify", () => ["verify"]],
    ["verify of one", () => ["verify", ids.benchmark.slice(-8)]],
  ];

  test.each(commands)("%s, in a pipe, on a terminal and as JSON", async (_, args) => {
    for (const { more, isTTY } of [
      { more: [], isTTY: false },
      { more: [], isTTY: true },
      { more: ["--json"], isTTY: false },
    ]) {
      const [here, there] = [
        await ask([...args(), ...more], { isTTY }),
        await ask(through([...args(), ...more]), { isTTY }),
      ];
      expect(timeless(there.stdout), there.stderr).toBe(timeless(here.stdout));
      expect({ code: there.code, stderr: there.stderr }).toEqual({ code: here.code, stderr: here.stderr });
      expect(here.stdout).not.toBe("");
    }
  });

  test.each([
    ["a run that is not there", ["show", "0000ffff"]],
    ["no name of a run", ["why", "xyz"]],
    ["an illegal move", ["pause", "last"]],
    ["a page of logs that is none", ["logs", "last", "--attempt", "9"]],
  ])("the refusal of %s", async (_, args) => {
    const [here, there] = [await ask([...args, "--json"]), await ask(through([...args, "--json"]))];
    expect(there).toEqual(here);
    expect(here.code).not.toBe(0);
  });
});

describe("through a server", () => {
  const idIn = (stdout: string) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(stdout)?.[0] ?? "";

  test("run sends the file, shows the run to its end, and has its exit code", async () => {
    const { code, stdout, stderr } = await ask(
      through(["run", "001-sol-transfer.yml", "--seed", "5", "--label", "x=y"]),
    );
    expect(code, stderr).toBe(0);
    expect(stdout.split("\n")[1]).toContain("\tcompleted\ttrue\t1\t1\t001-sol-transfer\tdeterministic\t1\t");
    expect(stdout).toContain("logs/sessions/session_");
    expect(stderr).toContain("sol_transfer");
    const run = await (await scene.ledger()).getRun(idIn(stdout));
    expect(run).toMatchObject({ seed: 5, labels: { x: "y" }, params: { agentChosenBy: "default" } });
    const here = await ask(["show", idIn(stdout), "--json"]);
    expect(JSON.parse(here.stdout).subject.digest).toBe(await digestHere());
  });

  /** The digest of a run of the same file that is started here. */
  async function digestHere(): Promise<string> {
    const { stdout } = await ask(["run", "001-sol-transfer.yml", "--queue", "--json"]);
    const { id, subject } = JSON.parse(stdout);
    await (await scene.ledger()).execute(id, { type: "cancel", graceMs: 0 }, "tester").catch(() => undefined);
    return subject.digest;
  }

  test("run of a folder plans an experiment of its files, with what lies beside them, and sums it up", async () => {
    const folder = join(scene.folder, "some");
    mkdirSync(folder, { recursive: true });
    cpSync(join(scene.folder, "001-sol-transfer.yml"), join(folder, "001-sol-transfer.yml"));
    writeFileSync(join(folder, "sums.csv"), "id,a,b,sum\none,1,2,3\ntwo,2,2,5\n");
    writeFileSync(
      join(folder, "sums.yml"),
      "id: sums\ndescription: Adds.\nprompt: What is {{a}} and {{b}}?\ncases_file: sums.csv\n" +
        'ground_truth: {answer_assertions: [{type: Equals, value: "{{sum}}"}]}\n' +
        'solution: [{tool: answer, args: {text: "{{sum}}"}}]\n',
    );
    const { code, stdout, stderr } = await ask(through(["run", "some", "--json"]));
    expect(code, stderr).toBe(0);
    const { experiment, runs } = JSON.parse(stdout);
    expect(experiment).toMatchObject({ planned: 3, passed: 3 });
    const subjects = runs.map(({ subject }: { subject: { id: string } }) => subject.id).sort();
    expect(subjects).toEqual(["001-sol-transfer", "sums/one", "sums/two"]);
  });

  test("again, retry and cancel do their work, and rm takes the files away where they are", async () => {
    const again = await ask(through(["again", ids.benchmark]));
    expect(again.code, again.stderr).toBe(0);
    const retried = await ask(through(["retry", ids.command]));
    expect(retried).toMatchObject({ code: 3 });
    const ledger = await scene.ledger();
    expect((await ledger.getRun(ids.command))?.attempt?.number).toBe(2);
    const removed = await ask(through(["rm", idIn(again.stdout)]));
    const says = expect.stringContaining("\tdeleted\tits events and files are gone");
    expect(removed).toMatchObject({ code: 0, stdout: says });
    expect(await ledger.isDeleted(idIn(again.stdout))).toBe(true);
    const gone = await ask(through(["show", idIn(again.stdout)]));
    expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining("run.deleted") });
  });

  test("pause, resume and cancel of what waits are those of the server", async () => {
    const { stdout } = await ask(through(["run", "001-sol-transfer.yml", "--queue", "--json"]));
    const { id } = JSON.parse(stdout);
    await until("it has ended", async () => (await served.get(`/runs/${id}`)).json.endedAt !== null);
    expect(await ask(through(["cancel", id]))).toMatchObject({ code: 2 });
    const ledger = await scene.ledger();
    await ask(through(["limits", "set", "agent:deterministic", "0"]));
    expect(await ledger.listLimits()).toMatchObject([{ key: "agent:deterministic", max: 0 }]);
    const held = JSON.parse((await ask(through(["run", "001-sol-transfer.yml", "--queue", "--json"]))).stdout).id;
    expect((await ask(through(["pause", held]))).stdout).toContain("\tpaused\twas queued");
    expect((await ask(through(["resume", held, "--queue"]))).stdout).toContain("\tqueued\twas paused");
    expect((await ask(through(["cancel", held]))).stdout).toContain("\tcancelled\twas queued; there was no process");
    await ask(through(["limits", "clear", "agent:deterministic"]));
    expect(await ledger.listLimits()).toEqual([]);
  });

  test("logs -f and watch follow a run that somebody else supervises", async () => {
    const worker = await scene.worker();
    const file = join(scene.folder, "go");
    const queued = await scene.queue(program(fixture("waits-for-file.mjs", file)), worker);
    const supervised = scene.supervise(queued, worker);
    const watching = ask(through(["watch", queued]));
    const following = ask(through(["logs", queued, "-f"]));
    await until("it runs", async () => (await served.get(`/runs/${queued}`)).json.status === "running");
    writeFileSync(file, "");
    await supervised;
    expect(await watching).toMatchObject({ code: 0, stderr: expect.stringContaining("completed") });
    expect((await following).code).toBe(0);
  });

  test("show of a run that goes on tells its last lines, those of the stream that was written last", async () => {
    const worker = await scene.worker();
    const file = join(scene.folder, "go-now");
    const prints = `console.error("oh"); for (const n of [1, 2, 3, 4]) console.log("line " + n);
      setInterval(() => require("node:fs").existsSync(${JSON.stringify(file)}) && process.exit(0), 5);`;
    const queued = await scene.queue(program([process.execPath, "-e", prints]), worker);
    const supervised = scene.supervise(queued, worker);
    await until("it has printed", async () => (await ask(["show", queued])).stdout.includes("line 4"));
    const said = (text: string) => text.slice(text.indexOf("  Said")).split("\n").slice(0, 3);
    for (const args of [["show", queued], through(["show", queued])])
      expect(said((await ask(args)).stdout)).toEqual(["  Said     line 2", "           line 3", "           line 4"]);
    writeFileSync(file, "");
    await supervised;
  });

  test("watch outlasts a server that is stopped and started again", async () => {
    const worker = await scene.worker();
    const file = join(scene.folder, "go-on");
    const queued = await scene.queue(program(fixture("waits-for-file.mjs", file)), worker);
    const supervised = scene.supervise(queued, worker);
    const other = await serve(scene);
    const { port, url } = other.server;
    await until("it runs", async () => (await served.get(`/runs/${queued}`)).json.status === "running");
    const said: string[] = [];
    const watching = ask(["watch", queued, "--url", url], { onStderr: (text) => said.push(text) });
    await until("it is watched", () => said.join("").includes(queued.slice(-8)));
    await other[Symbol.asyncDispose]();
    await until("its absence is told", () => said.join("").includes("does not answer; it is asked again"));
    await using _again = await serve(scene, { port });
    writeFileSync(file, "");
    await supervised;
    expect(await watching).toMatchObject({ code: 0, stderr: expect.stringContaining("completed") });
  });

  test("sync reads the server's folders", async () => {
    const { code, stdout } = await ask(through(["sync", "--json"]));
    expect({ code, json: JSON.parse(stdout) }).toMatchObject({ code: 0, json: { added: [], failed: [] } });
    expect((await ask(through(["sync", "some"]))).code).toBe(2);
  });

  test("a token goes along, and one that is missing or may only read is told of", async () => {
    const ledger = await scene.ledger();
    const [read, write] = [await newToken(ledger, { scope: "read" }), await newToken(ledger, { scope: "write" })];
    await using open = await serve(scene, { host: "0.0.0.0" });
    const url = `http://127.0.0.1:${open.server.port}`;
    const sent = (args: string[], token: string) => ask([...args, "--url", url], { env: { RUNLEDGER_TOKEN: token } });
    expect(await sent(["ls"], "")).toMatchObject({ code: 2, stderr: expect.stringMatching(/^request\.no-token: /) });
    expect((await sent(["ls"], read)).code).toBe(0);
    expect(await sent(["sync"], read)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^request\.no-scope: /),
    });
    expect((await sent(["sync"], write)).code).toBe(0);
  });
});

describe("what cannot work through a server says so, and starts nothing", () => {
  test.each([
    ["worker"],
    ["serve"],
    ["migrate"],
    ["rebuild"],
    ["doctor"],
    ["import", "x"],
    ["token"],
    ["check", "x.yml"],
  ])("%s", async (...args) => {
    expect(await ask(through(args))).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage\.not-remote: /) });
  });

  test("a program of this machine", async () => {
    const { code, stderr } = await ask(["exec", "--url", served.server.url, "--", "true"]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage\.not-remote: /) });
  });

  test("an address that is none, one with a password, and one where nobody is", async () => {
    for (const url of ["nowhere", "ftp://x", "http://a:b@127.0.0.1:1", "http://127.0.0.1:1/?token=x"]) {
      expect(await ask(["ls", "--url", url]), url).toMatchObject({ code: 2 });
    }
    expect(await ask(["ls", "--url", "http://127.0.0.1:1"])).toMatchObject({
      ...{ code: 1, stderr: expect.stringMatching(/^server\.unreachable: http:\/\/127\.0\.0\.1:1 does not answer/) },
    });
    expect(await ask(through(["ls", "--ledger", "."]))).toMatchObject({ code: 2 });
  });
});
