// A workspace without a network, on the kernel: a real server on loopback that `inherit` reaches and `none` does not.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callTool } from "../core/tool.ts";
import type { World, WorldSetup } from "../environments/environment.ts";
import { openWorld } from "../environments/open-world.ts";
import { type PlaceUnderTest, placeUnderTest } from "./place-under-test.ts";

let server: Server;
let calls: number;

beforeEach(async () => {
  calls = 0;
  server = createServer((_, response) => {
    calls += 1;
    response.end("hello");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

/** Prints what the server said, or why nothing came. */
function fetching(): string {
  const { port } = server.address() as AddressInfo;
  const script = `fetch("http://127.0.0.1:${port}").then((r) => r.text(), (e) => e.cause.code).then(console.log)`;
  return `node -e '${script}'`;
}

function open(place: PlaceUnderTest, network: "inherit" | "none"): Promise<World> {
  const setup: WorldSetup = {
    initialState: [],
    options: { image: null, network },
    seed: 0,
    record: async () => {},
    place,
  };
  return openWorld("workspace", setup, null);
}

async function saidIn(world: World, command: string): Promise<unknown> {
  const asked = { tool: "run_command", args: { command } };
  const reply = await callTool(world.tools, asked, { signal: new AbortController().signal });
  return reply.ok ? (reply.result as { stdout: string }).stdout.trim() : reply.error.message;
}

async function verifierSays(world: World, command: string): Promise<string | undefined> {
  const subject = { kind: "command" as const, run: ["sh", "-c", command], timeoutS: 10, rewardFile: null };
  const { commands } = await world.observe([subject]);
  return commands?.[JSON.stringify(subject)]?.tail;
}

test("with inherit the agent's commands and the verifier's reach a server on this machine", async () => {
  using place = placeUnderTest();
  await using world = await open(place, "inherit");
  expect(await saidIn(world, fetching())).toBe("hello");
  expect(await verifierSays(world, fetching())).toBe("hello");
  expect(calls).toBe(2);
});

test("with none neither reaches it: there is no device but a loopback that is down", async () => {
  using place = placeUnderTest();
  await using world = await open(place, "none");
  expect(world.summary).toBe("workspace: 0 files, no network");
  expect(await saidIn(world, fetching())).toMatch(/^(ENETUNREACH|EADDRNOTAVAIL)$/);
  expect(await verifierSays(world, fetching())).toMatch(/^(ENETUNREACH|EADDRNOTAVAIL)$/);
  expect(await saidIn(world, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")).toBe("lo");
  expect(calls).toBe(0);
});

test("with none no process that the agent sees leads back to the network, and none of them may be entered", async () => {
  using place = placeUnderTest();
  await using world = await open(place, "none");
  const spaces = "for p in self $(cd /proc; ls -d [0-9]*); do readlink /proc/$p/ns/net; done | sort -u | wc -l";
  expect(await saidIn(world, spaces)).toBe("1");
  expect(await saidIn(world, `nsenter --target 1 --net -- ${fetching()} 2>&1 | grep -c hello`)).toBe("0");
  expect(calls).toBe(0);
});

test("where no namespace can be had, none is refused by name before the agent has done anything", async () => {
  using place = placeUnderTest({ containment: "sweep" });
  await expect(open(place, "none")).rejects.toMatchObject({
    code: "workspace.no-network-namespace",
    message: expect.stringContaining("chosen by the worker"),
  });
  await using world = await open(place, "inherit");
  expect(await saidIn(world, fetching())).toBe("hello");
});
