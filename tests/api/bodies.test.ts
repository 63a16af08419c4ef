// Bodies that are not as they should be: too long without having said so, broken off, of a wrong type. What was refused
// has changed nothing, and the next request is answered.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { beforeAll, expect, test } from "vitest";
import { until } from "../scene.ts";
import { type Served, servedScene } from "./served.ts";

let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  served = made.served;
  return made.end;
});

/** A request without a length, in chunks. */
function chunked(path: string, headers: Record<string, string> = {}) {
  const type = { "content-type": "application/json" };
  return request(`${served.url}${path}`, { method: "POST", agent: false, headers: { ...type, ...headers } });
}

test("a body of unknown length is refused as soon as it is too long, and not read to an end", async () => {
  const sent = chunked("/runs");
  sent.on("error", () => undefined); // what is left of it has nowhere to go
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  const part = Buffer.alloc(64 * 1024, " ");
  let isAnswered = false;
  void answered.then(() => {
    isAnswered = true;
  });
  for (let n = 0; n < 1_000 && !isAnswered; n += 1) {
    if (!sent.write(part) && !isAnswered) await Promise.race([once(sent, "drain"), answered]);
  }
  const [response] = await answered;
  sent.destroy();
  expect(response).toMatchObject({ statusCode: 413, headers: { connection: "close" } });
  expect((await served.get("/health")).status).toBe(200);
});

test("a body that breaks off starts nothing, and is counted as refused", async () => {
  const sent = chunked("/runs", { expect: "100-continue" });
  sent.on("error", () => undefined);
  sent.flushHeaders();
  // From here on the server has the request: a connection that breaks sooner is none that it could count.
  await once(sent, "continue");
  sent.write('{"benchmark": "001-sol-transfer"');
  await new Promise((resolve) => sent.write(" ", resolve));
  sent.destroy();
  // Or with 403, where it is gone before anybody has looked whether it comes from a program that runs contained.
  await until("it was refused", async () => {
    const { text } = await served.get("/metrics");
    return /runledger_http_requests_total\{route="createRun",status="40[03]"\}/.test(text);
  });
  expect((await served.get("/runs")).json.runs).toEqual([]);
});

test("a body that is no JSON, no UTF-8, or of a type that a foreign page may send is refused by its own code", async () => {
  const asked = async (type: string, body: string | Uint8Array<ArrayBuffer>) => {
    const response = await fetch(`${served.url}/runs`, { method: "POST", headers: { "content-type": type }, body });
    return { status: response.status, code: ((await response.json()) as { code: string }).code };
  };
  const invalid = { status: 400, code: "request.invalid" };
  expect(await asked("application/json", "{")).toEqual(invalid);
  expect(await asked("application/json; charset=utf-8", new Uint8Array([0x22, 0xff, 0x22]))).toEqual(invalid);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
    expect(await asked(type, '{"benchmark":"001-sol-transfer"}'), type).toEqual({
      ...{ status: 415, code: "request.wrong-type" },
    });
  }
  expect((await served.get("/runs")).json.runs).toEqual([]);
});
