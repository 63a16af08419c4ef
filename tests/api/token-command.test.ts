// `runledger token` as a command, and a server beyond this machine that is started with what it makes.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { workplace } from "../command-line.ts";
import { ask } from "./served.ts";

let place: ReturnType<typeof workplace>;

beforeEach(() => {
  place = workplace();
  mkdirSync(join(place.folder, "benchmarks"));
});
afterEach(() => place[Symbol.dispose]());

const rows = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split("\t"));

test("a token is shown once; the list tells what it may, until when, and that it was revoked", async () => {
  const made = await place.ask(["token", "create", "ci", "--scope", "write", "--expires", "30d"]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^rl_[0-9a-f]{12}_[\w-]{43}\n$/) });
  const id = made.stdout.split("_")[1] ?? "";
  const other = JSON.parse((await place.ask(["token", "create", "pages", "--json"])).stdout);
  expect(other).toMatchObject({
    name: "pages",
    scopes: ["read"],
    expiresAt: null,
    token: expect.stringMatching(/^rl_/),
  });
  const listed = await place.ask(["token", "ls"]);
  const expires = Date.parse(rows(listed.stdout)[0]?.[5] ?? "");
  expect(Math.abs(expires - Date.now() - 30 * 86_400_000)).toBeLessThan(600_000);
  expect(rows(listed.stdout).map(([, name, scope, state]) => [name, scope, state])).toEqual([
    ["ci", "write", "in force"],
    ["pages", "read", "in force"],
  ]);
  // The secret may hold the sign that parts it from the id.
  expect(listed.stdout).not.toContain(made.stdout.trim().slice(`rl_${id}_`.length));
  const revoked = await place.ask(["token", "revoke", id.slice(0, 6)]);
  expect(rows(revoked.stdout).map((row) => row.slice(0, 4))).toEqual([[id, "ci", "write", "revoked"]]);
  expect((await place.ask(["token", "revoke", id])).code).toBe(0);
  expect(JSON.stringify(JSON.parse((await place.ask(["token", "--json"])).stdout))).not.toContain("hash");
});

test.each([
  [["token", "create"], "usage.missing-argument"],
  [["token", "create", "x", "--scope", "admin"], "usage.bad-value"],
  [["token", "create", "x", "--expires", "soon"], "usage.bad-value"],
  [["token", "create", "x", "--expires", "0d"], "usage.bad-value"],
  [["token", "revok", "x"], "usage.bad-value"],
])("%s is refused, and nothing is made", async (args, code) => {
  expect(await place.ask(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(code) });
  expect(await place.ask(["token", "ls"])).toMatchObject({ code: 2 });
});

test("an id that names no token is refused with those that there are", async () => {
  await place.ask(["token", "create", "ci"]);
  const { stdout } = await place.ask(["token", "revoke", "ffffffffffff", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ code: "token.not-found", data: { candidates: [expect.any(String)] } });
});

test("a server on every address starts once there is a token, and lets its holder in alone", async () => {
  const text = (await place.ask(["token", "create", "ci", "--scope", "write"])).stdout.trim();
  const started = place.start(["serve", "--host", "0.0.0.0", "--port", "0", "--no-worker"]);
  const url = `${(await started.shows("stdout", "\n")).trim().replace("0.0.0.0", "127.0.0.1")}/api/v1`;
  expect((await ask(`${url}/runs`, {})).status).toBe(401);
  expect((await ask(`${url}/runs`, { headers: { authorization: `Bearer ${text}` } })).status).toBe(200);
  const revoked = await place.ask(["token", "revoke", text.split("_")[1] ?? ""]);
  expect(revoked.code).toBe(0);
  const refused = await ask(`${url}/runs`, { headers: { authorization: `Bearer ${text}` } });
  expect(refused).toMatchObject({ status: 401, json: { code: "request.token-revoked" } });
  started.child.kill("SIGTERM");
  expect((await started.ended).code).toBe(0);
});
