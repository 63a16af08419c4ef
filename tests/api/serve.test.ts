// `runledger serve` as a process: what it prints, how it stops, what it says when it cannot start, and that killing it
// loses nothing.

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Started, workplace } from "../command-line.ts";
import { repository, until } from "../scene.ts";
import { ask } from "./served.ts";

let place: ReturnType<typeof workplace>;

beforeEach(() => {
  place = workplace();
  mkdirSync(join(place.folder, "benchmarks"));
  copyFileSync(
    join(repository, "benchmarks/001-sol-transfer.yml"),
    join(place.folder, "benchmarks/001-sol-transfer.yml"),
  );
});
afterEach(() => place[Symbol.dispose]());

async function serving(...args: string[]): Promise<{ started: Started; url: string }> {
  const started = place.start(["serve", "--port", "0", ...args]);
  const printed = await started.shows("stdout", "\n");
  return { started, url: `${printed.trim()}/api/v1` };
}

function post(url: string, body: object) {
  const headers = { "content-type": "application/json" };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body) });
}

async function endOf(url: string, id: string) {
  return until(`run ${id} has ended`, async () => {
    const { json } = await ask(`${url}/runs/${id}`, {});
    return json.endedAt === null ? null : json;
  });
}

test("it prints its address, runs what is asked for, says that it is ready, and SIGTERM ends it with 0", async () => {
  const { started, url } = await serving("--slots", "1");
  expect((await ask(`${url}/health`, {})).json).toMatchObject({ status: "ok" });
  expect((await ask(`${url}/ready`, {})).json).toMatchObject({
    isReady: true,
    worker: { slots: 1, isDraining: false },
  });
  const { json } = await post(`${url}/runs`, { benchmark: "001-sol-transfer" });
  expect(await endOf(url, json.id)).toMatchObject({ status: "completed", passed: true });
  expect((await ask(`${url}/workers`, {})).json.workers).toMatchObject([{ isAlive: true, slots: 1 }]);
  started.child.kill("SIGTERM");
  const { code, stderr } = await started.ended;
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("sign in http://127.0.0.1:");
});

test("a run of another terminal is there at once, and its events come live", async () => {
  const { started, url } = await serving("--no-worker");
  const ran = await place.run(["run", "benchmarks/001-sol-transfer.yml", "--json"]);
  const run = JSON.parse(ran.stdout);
  const { json } = await ask(`${url}/runs/${run.id}`, {});
  expect({ ...json, computedAt: null }).toEqual({ ...run, computedAt: null });
  started.child.kill("SIGTERM");
  expect((await started.ended).code).toBe(0);
});

test("a command that the configuration names is started by its name, where the configuration says and with its environment", async () => {
  mkdirSync(join(place.folder, "eval"));
  writeFileSync(join(place.folder, "say.sh"), '#!/bin/sh\necho "$1 in $(basename $PWD): $OPEN"\n', {
    mode: 0o755,
  });
  const commands = {
    nightly: { command: ["./say.sh", "all"], cwd: "eval" },
    clean: { command: ["./say.sh", "few"], cleanEnv: true },
  };
  writeFileSync(join(place.folder, "runledger.config.mjs"), `export default ${JSON.stringify({ commands })};\n`);
  const started = place.start(["serve", "--port", "0"], { OPEN: "it" });
  const url = `${(await started.shows("stdout", "\n")).trim()}/api/v1`;
  const said = async (command: string) => {
    const { id } = (await post(`${url}/runs`, { command })).json;
    expect(await endOf(url, id)).toMatchObject({ kind: "command", subject: { id: command }, status: "completed" });
    return (await ask(`${url}/runs/${id}/logs`, { headers: { accept: "text/plain" } })).text;
  };
  expect(await said("nightly")).toBe("all in eval: it\n");
  expect(await said("clean")).toMatch(/^few in runledger-cli-\S+: \n$/);
  const { status, json } = await post(`${url}/runs`, { command: "nihgtly" });
  expect([status, json.code, json.data.nearest]).toEqual([404, "command.unknown", ["nightly"]]);
  expect(json.detail).toBe('there is no command "nihgtly"; there are nightly, clean; did you mean nightly?');
  started.child.kill("SIGTERM");
  expect((await started.ended).code).toBe(0);
});

test("kill -9 loses nothing that was answered: the next server runs it to its end", async () => {
  const first = await serving("--no-worker");
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await post(`${first.url}/runs`, { benchmark: "001-sol-transfer" })).json.id);
  first.started.child.kill("SIGKILL");
  await first.started.ended;
  const next = await serving();
  for (const id of ids) expect(await endOf(next.url, id)).toMatchObject({ status: "completed" });
  next.started.child.kill("SIGTERM");
  expect((await next.started.ended).code).toBe(0);
});

describe("what keeps it from starting is one line and an exit code", () => {
  test("a port in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await until("it listens", () => other.listening);
    const { port } = other.address() as { port: number };
    const { code, stderr } = await place.run(["serve", "--port", String(port)]);
    other.close();
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^server\.port-taken: .*\n/) });
  });

  test("an address beyond this machine without a token", async () => {
    const { code, stderr } = await place.run(["serve", "--host", "0.0.0.0", "--port", "0"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^server\.needs-token: .*\n/) });
  });

  test("a folder that cannot be looked at", async () => {
    symlinkSync(".runledger", join(place.folder, ".runledger"));
    const { code, stderr } = await place.run(["serve", "--port", "0", "--ledger", join(place.folder, ".runledger")]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^ledger\.unwritable: .*ELOOP.*\n/) });
  });

  test("a ledger of a newer build", async () => {
    await place.run(["run", "benchmarks/001-sol-transfer.yml"]);
    const db = new DatabaseSync(join(place.folder, ".runledger/ledger.sqlite"));
    db.exec("UPDATE meta SET value = '99' WHERE key IN ('schema', 'compatibleFrom')");
    db.close();
    const { code, stderr } = await place.run(["serve", "--port", "0"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^ledger\.newer-schema: .*99.*\n/) });
  });

  test("a file that is no ledger", async () => {
    mkdirSync(join(place.folder, ".runledger"));
    writeFileSync(
      join(place.folder, ".runledger/ledger.sqlite"),
      "this is no database, and longer than its head".repeat(100),
    );
    const { code, stderr } = await place.run(["serve", "--port", "0"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^ledger\.(damaged|foreign-file): .*\n/);
  });
});
