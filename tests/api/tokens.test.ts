// Tokens over HTTP, with attacks on them: they work on every server of their ledger at once, and stop working there at once.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLog } from "../../src/server/log.ts";
import { Scene, until } from "../scene.ts";
import { readStream } from "./read-stream.ts";
import { ask, newToken, type Served, serve } from "./served.ts";

let scene: Scene;
let ledger: Ledger;
let first: Served;
let second: Served;

beforeAll(async () => {
  scene = new Scene();
  ledger = await scene.ledger();
  await newToken(ledger, { scope: "read", name: "so that servers start beyond this machine" });
  [first, second] = [await serve(scene, { host: "0.0.0.0" }), await serve(scene, { host: "0.0.0.0" })];
});
afterAll(async () => {
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const idOf = (text: string) => text.split("_")[1] ?? "";
const revoke = (text: string) =>
  ledger.record({ type: "token.revoked", data: { id: idOf(text), who: "tester" } }, "tester");

test("a server beyond this machine refuses to start while no token is in force", async () => {
  await using empty = new Scene();
  const start = () => serve(empty, { host: "0.0.0.0" });
  await expect(start()).rejects.toMatchObject({ code: "server.needs-token" });
  const of = await empty.ledger();
  const expired = await newToken(of, { scope: "write", expiresAt: "2020-01-01T00:00:00.000Z" });
  const revoked = await newToken(of, { scope: "write" });
  await of.record({ type: "token.revoked", data: { id: idOf(revoked), who: "tester" } }, "tester");
  expect(idOf(expired)).toMatch(/^[0-9a-f]{12}$/);
  await expect(start()).rejects.toMatchObject({ code: "server.needs-token" });
});

test("beyond this machine every route but health, readiness and the document wants a token, on every server", async () => {
  const text = await newToken(ledger, { scope: "read" });
  for (const served of [first, second]) {
    expect(await served.get("/runs")).toMatchObject({ status: 401, json: { code: "request.no-token" } });
    expect((await served.get("/runs")).headers.get("www-authenticate")).toContain("Bearer");
    expect((await served.get("/metrics")).status).toBe(401);
    for (const open of ["/health", "/ready", "/openapi.json"]) expect((await served.get(open)).status).toBe(200);
    expect((await served.get("/runs", bearer(text))).status).toBe(200);
    expect(await served.send("POST", "/sync", undefined, bearer(text))).toMatchObject({
      status: 403,
      json: { code: "request.no-scope" },
    });
  }
});

test("a token that is revoked or has expired is refused everywhere at once, and says why", async () => {
  const text = await newToken(ledger, { scope: "write" });
  expect((await second.get("/runs", bearer(text))).status).toBe(200);
  await revoke(text);
  for (const served of [first, second]) {
    expect(await served.get("/runs", bearer(text))).toMatchObject({
      status: 401,
      json: { code: "request.token-revoked" },
    });
  }
  const expired = await newToken(ledger, { scope: "write", expiresAt: new Date(Date.now() - 1).toISOString() });
  expect(await first.get("/runs", bearer(expired))).toMatchObject({
    status: 401,
    json: { code: "request.token-expired" },
  });
});

test("a live stream ends when its token is revoked", async () => {
  const text = await newToken(ledger, { scope: "read" });
  await using reader = await readStream(`${first.url}/events`, bearer(text));
  expect((await reader.next())?.type).toBe("open");
  await revoke(text);
  expect((await reader.until(() => false)).map(({ type }) => type)).not.toContain("end");
  await until("the stream has ended", () => first.server.streams === 0);
});

describe("an attacker who", () => {
  test("knows the id and the stored hash gets nothing by either", async () => {
    const text = await newToken(ledger, { scope: "write" });
    const stored = await ledger.getToken(idOf(text));
    const guesses = [
      idOf(text),
      stored?.hash ?? "",
      `rl_${idOf(text)}_${stored?.hash.slice(0, 43)}`,
      `rl_${idOf(text)}_${"A".repeat(43)}`,
      `rl_${idOf(text)}_`,
      `${text}x`,
      text.slice(0, -1),
      text.toUpperCase(),
    ];
    for (const guess of guesses) {
      expect(await first.get("/runs", bearer(guess)), guess).toMatchObject({
        status: 401,
        json: { code: "request.no-token" },
      });
    }
    expect((await first.get("/runs", bearer(text))).status).toBe(200);
  });

  test("has a revoked token and a wrong secret does not learn that it was revoked", async () => {
    const text = await newToken(ledger, { scope: "write" });
    await revoke(text);
    const wrong = `rl_${idOf(text)}_${"B".repeat(43)}`;
    expect(await first.get("/runs", bearer(wrong))).toMatchObject({ json: { code: "request.no-token" } });
  });

  test("puts SQL, a path or a very long text in its place reaches nothing", async () => {
    for (const text of ["' OR 1=1 --", "../../etc/passwd", "a".repeat(8_000), "%00", "rl_000000000000_' OR '1'='1"]) {
      expect((await first.get("/runs", bearer(encodeURIComponent(text)))).status).toBe(401);
    }
  });

  test("sends the token in the URL or as a cookie is not let in", async () => {
    const text = await newToken(ledger, { scope: "write" });
    for (const name of ["token", "access_token", "authorization"]) {
      expect((await first.get(`/runs?${name}=${text}`)).status).toBe(401);
    }
    expect((await first.get("/runs", { cookie: `token=${text}; runledger_${first.server.port}=${text}` })).status).toBe(
      401,
    );
    expect((await ask(`${first.server.url}/sign-in/${text}`, { redirect: "manual" })).status).toBe(401);
  });

  test("reads all events, the log and the metrics finds no token and no hash", async () => {
    const lines: string[] = [];
    await using served = await serve(scene, { log: openLog("debug", { write: (line) => void lines.push(line) }) });
    const text = await newToken(ledger, { scope: "read" });
    const stored = await ledger.getToken(idOf(text));
    const told = await served.get("/events?limit=1000", bearer(text));
    await served.get("/runs", bearer(`${text}x`));
    const all = told.text + (await served.get("/metrics")).text + lines.join("");
    expect(told.text).toContain("token.created");
    expect(all).toContain(idOf(text));
    expect(all).not.toContain(text.split("_").at(-1));
    expect(all).not.toContain(stored?.hash);
  });
});
