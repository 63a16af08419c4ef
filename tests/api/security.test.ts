// Each guard of the server beside the attack that it is for: the attack works on a server with only that guard off, and
// fails on the real one.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { GuardName } from "../../src/server/auth.ts";
import { openLog } from "../../src/server/log.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { Scene } from "../scene.ts";
import { type Answer, newToken, type Served, serve } from "./served.ts";

let scene: Scene;
let real: Served;

beforeAll(async () => {
  scene = new Scene();
  for (const scope of ["read", "write"] as const) tokens[scope] = await newToken(await scene.ledger(), { scope });
  real = await serve(scene);
});
afterAll(async () => {
  await real[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

const open: Partial<ServerOptions> = { host: "0.0.0.0" };
const tokens = { read: "", write: "" };
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const newRun = { benchmark: "001-sol-transfer" };

/** A request with headers that `fetch` does not let one set. */
async function raw(served: Served, path: string, headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request(served.url + path, { headers, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  asked.on("error", reject).end();
  return promise;
}

/** A request of a program in a PID namespace of its own, as those that are evaluated run in. */
async function contained(served: Served, path: string): Promise<number> {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-current-user"];
  const script = `fetch(${JSON.stringify(served.url + path)}).then(({ status }) => console.log(status))`;
  const argv = [...user, "--pid", "--fork", "--kill-child", process.execPath, "-e", script];
  return Number((await promisify(execFile)("unshare", argv)).stdout);
}

type Attack = {
  title: string;
  guard: GuardName;
  options?: Partial<ServerOptions>;
  attack: (served: Served) => Promise<Answer | number>;
  /** The status with which the guard answers. */
  refusal: number;
  success: number;
};

const attacks: Attack[] = [
  {
    title: "DNS rebinding: a name of the attacker that leads here",
    guard: "host",
    attack: (served) => raw(served, "/runs", { host: `evil.example:${served.server.port}` }),
    ...{ refusal: 403, success: 200 },
  },
  {
    title: "a page of another origin sends a form that starts a run",
    guard: "origin",
    attack: (served) =>
      served.send("POST", "/runs", newRun, { origin: "http://evil.example", "content-type": "text/plain" }),
    ...{ refusal: 403, success: 201 },
  },
  {
    title: "a program elsewhere in the network reads without a token",
    guard: "token",
    options: open,
    attack: (served) => raw(served, "/runs", {}),
    ...{ refusal: 401, success: 200 },
  },
  {
    title: "a program of another user of this machine starts a run where everybody needs a token",
    guard: "token",
    options: { isTokenRequired: true },
    attack: (served) => served.send("POST", "/runs", newRun),
    ...{ refusal: 401, success: 201 },
  },
  {
    title: "a token that may only read starts a run",
    guard: "scope",
    options: open,
    attack: (served) => served.send("POST", "/runs", newRun, bearer(tokens.read)),
    ...{ refusal: 403, success: 201 },
  },
  {
    title: "a program that is evaluated asks what earlier runs did",
    guard: "containment",
    attack: (served) => contained(served, "/runs"),
    ...{ refusal: 403, success: 200 },
  },
  {
    title: "a body that is as large as one likes",
    guard: "bodySize",
    attack: (served) => served.send("POST", "/runs:batchCancel", { ids: ["x".repeat(8 * 1024 * 1024)] }),
    ...{ refusal: 413, success: 400 },
  },
  {
    title: "headers that are as large as one likes",
    guard: "headerSize",
    attack: (served) => raw(served, "/runs", { "x-flood": "x".repeat(200_000) }),
    ...{ refusal: 431, success: 200 },
  },
];

describe.each(attacks)("$title", ({ guard, options = {}, attack, refusal, success }) => {
  test(`fails with ${refusal} on the real server`, async () => {
    await using served = await serve(scene, options);
    expect(statusOf(await attack(served))).toBe(refusal);
  });

  test(`succeeds where the guard ${guard} alone is off`, async () => {
    await using served = await serve(scene, { ...options, guardsOff: [guard] });
    expect(statusOf(await attack(served))).toBe(success);
  });
});

function statusOf(answer: Answer | number): number {
  return typeof answer === "number" ? answer : answer.status;
}

test("a body that never comes to its end is cut off in time, and waited for where that guard is off", async () => {
  await using guarded = await serve(scene, { requestMs: 300 });
  await using unguarded = await serve(scene, { requestMs: 300, guardsOff: ["bodyTime"] });
  const [cut, waiting] = [slowBody(guarded), slowBody(unguarded)];
  expect(await cut.end).toContain("408");
  waiting.socket.write('ds":["a"]}');
  expect(await waiting.end).toContain("200 OK");
});

/** Sends the head and a part of a body, and nothing more. */
function slowBody({ server: { port } }: Served) {
  const socket = connect(port, "127.0.0.1");
  const body = '{"ids":["a"]}';
  const head = ["POST /api/v1/runs:batchCancel HTTP/1.1", `Host: 127.0.0.1:${port}`, "Connection: close"];
  const fields = ["Content-Type: application/json", `Content-Length: ${body.length}`];
  socket.write(`${[...head, ...fields].join("\r\n")}\r\n\r\n{"i`);
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  socket.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  socket.on("close", () => resolve(text));
  return { socket, end: promise };
}

describe("ground truth", () => {
  test("is told to nobody on this machine who has shown nothing, and would be without that guard", async () => {
    const own = await real.get("/benchmarks/001-sol-transfer");
    expect(own.json.id).toBe("001-sol-transfer");
    expect(Object.keys(own.json)).not.toContain("groundTruth");
    expect(own.text).not.toContain('"assertions"');
    await using loose = await serve(scene, { guardsOff: ["secrecy"] });
    expect((await loose.get("/benchmarks/001-sol-transfer")).text).toContain('"assertions"');
  });

  test("is told to the holder of a token", async () => {
    await using served = await serve(scene);
    const told = await served.get("/benchmarks/001-sol-transfer", bearer(tokens.read));
    expect(told.json.solution).toHaveLength(2);
    expect(await served.get("/runs", bearer("wrong"))).toMatchObject({
      status: 401,
      json: { code: "request.no-token" },
    });
  });
});

describe("the browser's session", () => {
  test("comes from a link that works once, and changes need the origin of the server's own pages", async () => {
    await using served = await serve(scene, open);
    const base = `http://127.0.0.1:${served.server.port}`;
    const link = `${base}${served.server.newLink()}`;
    const signedIn = await fetch(link, { redirect: "manual" });
    expect(signedIn.status).toBe(303);
    const cookie = signedIn.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict; Max-Age=43200/);
    expect((await fetch(link, { redirect: "manual" })).status).toBe(401);
    const api = `${base}/api/v1`;
    const headers = { cookie: cookie.split(";")[0] ?? "", "content-type": "application/json" };
    expect((await fetch(`${api}/runs`, { headers })).status).toBe(200);
    const change = (origin: Record<string, string>) =>
      fetch(`${api}/sync`, { method: "POST", headers: { ...headers, ...origin } }).then(({ status }) => status);
    expect(await change({})).toBe(403);
    expect(await change({ origin: "http://evil.example" })).toBe(403);
    expect(await change({ origin: base })).toBe(200);
  });
});

test("names that climb out of folders name nothing, wherever an id or a name goes", async () => {
  const climbs = ["..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "..%5c..%5cx", "%00", "....%2f%2f"];
  for (const name of climbs) {
    for (const path of [`/runs/${name}`, `/runs/${name}/files/${name}`, `/flows/${name}`, `/experiments/${name}`]) {
      expect((await real.get(path)).status, path).toBe(404);
    }
    expect((await real.get(`/benchmarks/${name}`)).status).toBe(404);
    expect((await real.get(`/schemas/${name}`)).status).toBe(404);
    expect((await real.send("DELETE", `/runs/${name}?force=true`)).status).toBe(404);
  }
  const yaml = "description: x\nprompt: x\nground_truth: {answer_assertions: [{type: Equals, value: x}]}\n";
  for (const id of ["../x", "/etc/x", "..", "a/b", ""]) {
    expect((await real.send("POST", "/upsert-yml", { id, yaml })).status, id).toBe(400);
  }
});

test("a batch deletes by ids of runs alone, whatever a name would lead to", async () => {
  const { home } = await scene.ledger();
  const victim = join(scene.folder, "victim");
  mkdirSync(victim);
  const climbing = relative(join(home, "runs"), victim);
  // Without the guard a run's folder would be this one.
  expect(join(home, "runs", climbing)).toBe(victim);
  const ids = [climbing, victim, `${climbing}/`, "..", "."];
  const { status, json } = await real.send("POST", "/runs:batchDelete", { ids, force: true });
  expect(status).toBe(200);
  expect(json.results).toMatchObject(ids.map((id) => ({ id, result: "refused", problem: { code: "run.not-found" } })));
  expect(existsSync(victim)).toBe(true);
});

test("YAML that unfolds, or is deeper than any file needs, is refused and costs nothing", async () => {
  const levels = Array.from(
    { length: 12 },
    (_, n) => `a${n + 1}: &a${n + 1} [${"*aN,".repeat(9).replaceAll("N", String(n))}]`,
  );
  const bomb = `id: bomb\na0: &a0 [x]\n${levels.join("\n")}\n`;
  expect(await real.send("POST", "/upsert-yml", { yaml: bomb })).toMatchObject({ status: 422 });
  // Half of it shows what the limit of aliases is for: a parser without one makes two thousand times as much of it.
  const half = `a0: &a0 [x]\n${levels.slice(0, 6).join("\n")}\n`;
  expect(JSON.stringify(parse(half, { maxAliasCount: -1 })).length).toBeGreaterThan(2_000 * half.length);
  expect((await real.send("POST", "/upsert-yml", { yaml: `id: bomb\n${half}` })).json.detail).toContain("aliases");
  const deep = `id: deep\nmetadata: ${"[".repeat(50_000)}`;
  expect(await real.send("POST", "/upsert-yml", { yaml: deep })).toMatchObject({ status: 422 });
  const fileBeside = "id: beside\ndescription: x\nprompt: x\ncases_file: /etc/passwd\nground_truth: {}\n";
  expect((await real.send("POST", "/upsert-yml", { yaml: fileBeside })).status).toBe(422);
});

test("a request says what it is, or is refused with a problem document", async () => {
  const type = await real.send("POST", "/runs", JSON.stringify(newRun), { "content-type": "text/xml" });
  expect(type).toMatchObject({ status: 415, json: { code: "request.wrong-type" } });
  expect(await real.send("POST", "/runs", "{")).toMatchObject({ status: 400, json: { code: "request.invalid" } });
  expect(await real.send("PATCH", "/runs")).toMatchObject({
    status: 405,
    json: { code: "request.method-not-allowed" },
  });
  expect(await real.get("/rums")).toMatchObject({ status: 404, json: { code: "request.unknown-route" } });
  const query = await real.get("/runs?stauts=queued");
  expect(query.json.detail).toContain("did you mean status?");
  expect((await real.get("/runs?status=runing")).json.data.issues).toMatchObject([{ nearest: ["running"] }]);
  const limit = await real.send("POST", "/runs", { ...newRun, limits: { wal_s: 1 } });
  expect(limit.json.data.issues).toMatchObject([{ path: "limits", nearest: ["wall_s"] }]);
  expect((await real.send("POST", "/runs", { ...newRun, priority: "hihg" })).json.detail).toContain(
    "did you mean high?",
  );
  const schema = await real.get("/schemas/benchmrk");
  expect(schema).toMatchObject({ status: 404, json: { code: "schema.unknown", data: { nearest: ["benchmark"] } } });
  expect(await real.get("/scenarios/two-farms")).toMatchObject({ status: 404, json: { code: "scenario.unknown" } });
  expect((await real.get("/runs?__proto__=1")).status).toBe(400);
});

test("the log holds no token, no link, no query and no body", async () => {
  const lines: string[] = [];
  const log = openLog("debug", { write: (line) => void lines.push(line) });
  await using served = await serve(scene, { log });
  const link = served.server.newLink();
  await served.get("/runs?label=secret%3Dswordfish", bearer(tokens.read));
  await fetch(`http://127.0.0.1:${served.server.port}${link}`, { redirect: "manual" });
  await served.send("POST", "/runs", { benchmark: "swordfish" }, bearer(tokens.write));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join("")).not.toMatch(/swordfish|rl_/);
  expect(lines.join("")).not.toContain(link.split("/").at(-1));
});
