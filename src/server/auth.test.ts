import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { Auth, type AuthOptions, isLoopback } from "./auth.ts";

function auth(change: Partial<AuthOptions> = {}) {
  return new Auth({
    host: "127.0.0.1",
    isTokenRequired: false,
    port: () => 4600,
    findToken: async () => null,
    isOn: () => true,
    nowMs: () => 0,
    ...change,
  });
}

function request(headers: Record<string, string>, method = "GET"): IncomingMessage {
  return { headers, method } as unknown as IncomingMessage;
}

const read = { scope: "read", method: "get" } as const;

test("addresses of this machine alone count as loopback", () => {
  const own = ["127.0.0.1", "127.9.9.9", "::1", "localhost"];
  for (const host of own) expect(isLoopback(host), host).toBe(true);
  for (const host of ["0.0.0.0", "::", "192.168.0.7", "127.0.0.1.evil.example"]) expect(isLoopback(host)).toBe(false);
});

describe("the Host header", () => {
  const isRefused = (host: string, of = auth()) => {
    try {
      of.checkOrigin(request({ host }));
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: "request.foreign-host" });
      return true;
    }
  };

  test("is this machine's own name with the server's port, and nothing else", () => {
    for (const host of ["127.0.0.1:4600", "localhost:4600", "LOCALHOST:4600", "[::1]:4600"])
      expect(isRefused(host)).toBe(false);
    const foreign = [
      "evil.example:4600",
      "127.0.0.1",
      "127.0.0.1:80",
      "localhost.evil.example:4600",
      "",
      "10.0.0.1:4600",
    ];
    for (const host of [...foreign, "127.0.0.1:4600@evil.example", "[::1", "a b:4600"])
      expect(isRefused(host), host).toBe(true);
  });

  test("beyond this machine is an address or the name that the server was given: names can be rebound, addresses cannot", () => {
    const open = auth({ host: "runs.lan" });
    for (const host of ["10.0.0.1:4600", "[fe80::1]:4600", "runs.lan:4600"]) expect(isRefused(host, open)).toBe(false);
    expect(isRefused("evil.example:4600", open)).toBe(true);
  });

  test("may lack the port that http has anyway", () => {
    expect(isRefused("localhost", auth({ port: () => 80 }))).toBe(false);
  });
});

test("requests of foreign pages are refused, also those that only say where they come from", () => {
  const check = (headers: Record<string, string>, method: string) => () =>
    auth().checkOrigin(request({ host: "127.0.0.1:4600", ...headers }, method));
  expect(check({ origin: "http://127.0.0.1:4600" }, "POST")).not.toThrow();
  expect(check({}, "POST")).not.toThrow();
  expect(check({ "sec-fetch-site": "cross-site" }, "GET")).not.toThrow();
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:4601", "http://localhost:4600"]) {
    expect(check({ origin }, "GET"), origin).toThrow();
  }
  expect(check({ "sec-fetch-site": "cross-site" }, "POST")).toThrow();
  expect(check({ "sec-fetch-site": "same-site" }, "DELETE")).toThrow();
});

describe("the one-time link", () => {
  test("is good once, for ten minutes, and a newer one takes its place", () => {
    let nowMs = 0;
    const of = auth({ nowMs: () => nowMs });
    const code = () => of.newLink().slice("/sign-in/".length);
    const first = code();
    const second = code();
    expect(of.signIn(first)).toBeNull();
    expect(of.signIn(second)).toMatch(/^runledger_4600=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(of.signIn(second)).toBeNull();
    const late = code();
    nowMs += 10 * 60_000 + 1;
    expect(of.signIn(late)).toBeNull();
  });

  test("gives a session that ends after twelve hours, and the oldest of a hundred goes", async () => {
    let nowMs = 0;
    const of = auth({ host: "0.0.0.0", nowMs: () => nowMs });
    const signIn = () => (of.signIn(of.newLink().slice("/sign-in/".length)) ?? "").split(";")[0] ?? "";
    const kindOf = async (cookie: string) => {
      const caller = await of.admit(request({ cookie: `other=1; ${cookie}` }), read).catch(() => null);
      return caller?.kind ?? null;
    };
    const cookie = signIn();
    expect(await kindOf(cookie)).toBe("session");
    expect(await kindOf("runledger_4601=x")).toBeNull();
    expect(await kindOf("runledger_4600=wrong")).toBeNull();
    nowMs += 12 * 3_600_000 + 1;
    expect(await kindOf(cookie)).toBeNull();
    const oldest = signIn();
    for (let n = 0; n < 100; n += 1) signIn();
    expect(await kindOf(oldest)).toBeNull();
  });
});

test("a header that is no bearer token is a wrong one, also where none is needed", async () => {
  const of = auth({ findToken: async (text) => (text === "right" ? { id: "t", scope: "read", endsMs: null } : null) });
  expect(await of.admit(request({ authorization: "Bearer right" }), read)).toMatchObject({ kind: "token", name: "t" });
  for (const authorization of ["Bearer wrong", "Basic cmlnaHQ=", "Bearer", "right"]) {
    await expect(of.admit(request({ authorization }), read)).rejects.toMatchObject({ code: "request.no-token" });
  }
});
