// A database that cannot be reached: the connection goes silent without a word, for longer than another host waits. A
// witness file with times says what acted, and when.

import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, uptime } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { isTerminal } from "../../src/core/moves.ts";
import type { Run } from "../../src/core/run.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { type RealPostgres, startPostgres } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { Host } from "../host.ts";
import { queueOn } from "../queue-on.ts";
import { fixture, program, until } from "../scene.ts";
import { startSilentProxy } from "../silent-proxy.ts";

/** For how long nothing passes: longer than another host waits. */
const cutMs = 30_000;
/** From the cut to the moment by which another host has taken over, at the latest. */
const takenOverMsMax = 25_000;
/** How long a busy machine may take to come back after the silence: connections are made anew, one after the other. */
const backMsMax = 60_000;
const testMsMax = 200_000;

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 90_000);
afterAll(() => postgres.close());

type Beat = { attempt: string; atMs: number };

/** Two hosts on one database, of which the first reaches it by a proxy that can go silent. */
class TwoHosts implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "runledger-hosts-"));
  readonly witness = join(this.folder, "witness");
  readonly end = join(this.folder, "end");
  readonly ledger: Ledger;
  readonly proxy: Awaited<ReturnType<typeof startSilentProxy>>;
  readonly #url: string;
  readonly #workers: Host[] = [];

  private constructor(of: { ledger: Ledger; proxy: TwoHosts["proxy"]; url: string }) {
    this.ledger = of.ledger;
    this.proxy = of.proxy;
    this.#url = of.url;
  }

  static async open(): Promise<TwoHosts> {
    const { name, url } = await postgres.newDatabase("migrated");
    const socket = decodeURIComponent(new URL(url).hostname);
    const proxy = await startSilentProxy(join(socket, ".s.PGSQL.5432"));
    const home = mkdtempSync(join(tmpdir(), "runledger-home-"));
    const ledger = await openLedger({ url, mustExist: false, env: { ...process.env, RUNLEDGER_HOME: home } });
    const made = new TwoHosts({ ledger, proxy, url });
    made.#homes.push(home);
    made.#silentUrl = `postgres://postgres@127.0.0.1:${proxy.port}/${name}?sslmode=disable`;
    return made;
  }

  readonly #homes: string[] = [];
  #silentUrl = "";

  /** A worker behind the proxy, or one on another host: in a PID namespace and a folder of its own. */
  start(which: "behind the proxy" | "elsewhere"): Host {
    const host = new Host(join(this.folder, which === "elsewhere" ? "b" : "a"), {
      url: which === "elsewhere" ? this.#url : this.#silentUrl,
      isElsewhere: which === "elsewhere",
    });
    this.#workers.push(host);
    return host;
  }

  queue(retries: number): Promise<string> {
    return queueOn(this.ledger, program(fixture("stamps-a-file.mjs", this.witness, "beat", this.end)), retries);
  }

  beats(): Beat[] {
    if (!existsSync(this.witness)) return [];
    const lines = readFileSync(this.witness, "utf8").split("\n");
    return lines.filter((line) => line !== "").map(beatOf);
  }

  async run(runId: string): Promise<Run> {
    return (await this.ledger.getRun(runId)) ?? Promise.reject(new Error(`no run ${runId}`));
  }

  /** The run once it is over, however it ended. */
  async over(runId: string): Promise<Run> {
    const look = async () => {
      const run = await this.run(runId);
      return isTerminal(run.status) ? run : null;
    };
    return until("the run is over", look, backMsMax);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.restore();
    await Promise.all(this.#workers.map((host) => host.stop()));
    await this.ledger.close();
    await this.proxy[Symbol.asyncDispose]();
    for (const folder of [this.folder, ...this.#homes]) rmSync(folder, { recursive: true, force: true });
  }
}

function beatOf(line: string): Beat {
  const [, attempt = "", at] = line.split(" ");
  return { attempt, atMs: Number(at) };
}

/** The longest time in which nothing acted, milliseconds. */
function longestGapMs(of: readonly Beat[]): number {
  return Math.max(0, ...of.slice(1).map(({ atMs }, index) => atMs - (of[index]?.atMs ?? atMs)));
}

/**
 * When a worker is stopped here and goes on, and when its runner gives up: seconds since it was last confirmed. At 7 it
 * should have stopped its runner; what is left to the last of them it needs to come to that.
 */
const stoppedS = 6;
const goesOnS = 8.7;
const givesUpS = 10;
const shortCutMs = 14_000;
const triesMax = 3;

/** Stops the process from then to then. @returns when it really went on */
async function stopFor(pid: number, silent: () => number): Promise<number> {
  await until("nobody has confirmed it for a while", () => silent() > stoppedS);
  process.kill(pid, "SIGSTOP");
  try {
    await until("its runner is about to give up", () => silent() > goesOnS);
    return silent();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

/** How long nobody has vouched for the runner of an attempt, seconds. */
function silentS(attemptDir: string): () => number {
  return () => {
    const vouch = JSON.parse(readFileSync(join(attemptDir, "supervised"), "utf8")) as { uptimeS: number };
    return uptime() - vouch.uptimeS;
  };
}

/** The worker that was started in the folder. */
function workerIn(folder: string): number {
  const pid = readdirSync("/proc").find((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words.includes("worker") && readlinkSync(`/proc/${name}/cwd`) === folder;
    } catch {
      return false;
    }
  });
  return Number(pid ?? Number.NaN);
}

/** A first host acts, a second one is there for long enough to judge others, and the first is cut off for a while. */
async function cutBesideAnother(hosts: TwoHosts) {
  const first = hosts.start("behind the proxy");
  await until("it acts", () => hosts.beats().length > 5);
  hosts.start("elsewhere");
  await until("both are there", async () => (await hosts.ledger.listWorkers()).length === 2);
  // Who has just come does not judge others yet.
  const judgesAtMs = Date.now() + 16_000;
  await until("it may judge", () => Date.now() > judgesAtMs);
  const cutAtMs = Date.now();
  await hosts.proxy.cutFor(cutMs);
  return { first, cutAtMs };
}

describe.concurrent("the connection of a worker is silent for 30 s", () => {
  test("alone, it stops its runner's processes in time, lets them go on, and the run completes in one attempt", {
    timeout: testMsMax,
  }, async ({ expect }) => {
    await using hosts = await TwoHosts.open();
    const runId = await hosts.queue(0);
    hosts.start("behind the proxy");
    await until("it acts", () => hosts.beats().length > 5);
    const cutAtMs = Date.now();
    await hosts.proxy.cutFor(cutMs);
    const during = hosts.beats().filter(({ atMs }) => atMs > cutAtMs + 15_000 && atMs < cutAtMs + cutMs);
    expect(during).toEqual([]);
    const before = hosts.beats().length;
    await until("it acts again", () => hosts.beats().length > before + 5, backMsMax);
    expect(longestGapMs(hosts.beats())).toBeGreaterThan(cutMs / 2);
    writeFileSync(hosts.end, "");
    expect(await hosts.over(runId)).toMatchObject({ status: "completed", error: null });
    expect((await hosts.run(runId)).attempt?.number).toBe(1);
    for await (const finding of hosts.ledger.verify()) expect.fail(finding.detail);
  });

  test("and gets no processor when it should stop them, they wait for it: the run completes in one attempt", {
    timeout: triesMax * testMsMax,
  }, async ({ expect }) => {
    for (let tries = 1; ; tries += 1) {
      await using hosts = await TwoHosts.open();
      const runId = await hosts.queue(0);
      const { folder } = hosts.start("behind the proxy");
      await until("it acts", () => hosts.beats().length > 5);
      const cut = hosts.proxy.cutFor(shortCutMs);
      const wokenS = await stopFor(workerIn(folder), silentS(join(folder, ".runledger/runs", runId, "1")));
      await cut;
      // Woken too late, the worker could not have been in time: this says nothing of it.
      if (wokenS > givesUpS - 1 && tries < triesMax) continue;
      const before = hosts.beats().length;
      await until("it acts again", () => hosts.beats().length > before + 5, backMsMax);
      writeFileSync(hosts.end, "");
      expect(await hosts.over(runId)).toMatchObject({ status: "completed", error: null, attempt: { number: 1 } });
      return;
    }
  });

  test("with another host beside it, that one takes over in time, and no two attempts ever act at once", {
    timeout: testMsMax,
  }, async ({ expect }) => {
    await using hosts = await TwoHosts.open();
    const runId = await hosts.queue(1);
    const { first, cutAtMs } = await cutBesideAnother(hosts);
    const second = hosts.beats().find(({ attempt }) => attempt === "2");
    expect(second?.atMs ?? Number.POSITIVE_INFINITY).toBeLessThan(cutAtMs + takenOverMsMax);
    await until("the first has dropped it", async () => (await hosts.ledger.liveAttempts()).length === 1);
    const { length } = hosts.beats();
    await until("the second goes on", () => hosts.beats().length > length + 20);
    writeFileSync(hosts.end, "");
    expect(await hosts.over(runId)).toMatchObject({ status: "completed", error: null });
    const [ones, twos] = ["1", "2"].map((number) => hosts.beats().filter(({ attempt }) => attempt === number));
    expect(ones?.at(-1)?.atMs).toBeLessThan(twos?.[0]?.atMs ?? 0);
    expect((await hosts.run(runId)).attempt?.number).toBe(2);
    const ended = await hosts.ledger.readEvents(runId, 0, 100);
    expect(ended.map(({ type }) => type)).toContain("run.retry_scheduled");
    await first.stop();
    expect(await first.ended).toContain("refused");
    for await (const finding of hosts.ledger.verify()) expect.fail(finding.detail);
  });

  test("with another host beside it and no try left, the run is lost, and nothing of it ever acts again", {
    timeout: testMsMax,
  }, async ({ expect }) => {
    await using hosts = await TwoHosts.open();
    const runId = await hosts.queue(0);
    const { first, cutAtMs } = await cutBesideAnother(hosts);
    expect(await hosts.over(runId)).toMatchObject({ status: "lost", attempt: { number: 1 } });
    const facts = readFileSync(join(first.folder, ".runledger/runs", runId, "1/runner.json"), "utf8");
    await until("its runner is gone", () => !existsSync(`/proc/${JSON.parse(facts).pid}`), backMsMax);
    expect(hosts.beats().filter(({ atMs }) => atMs > cutAtMs + 20_000)).toEqual([]);
    await first.stop();
    expect(await first.ended).toContain("refused");
  });
});
