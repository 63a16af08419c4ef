// An environment of the project's configuration, as a model and a person with a pause meet it: the model is told of the
// world, acts by its tools, and a world that was paused goes on in another process from its snapshot.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWireServer, type WireServer } from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";
import { runnerIsTold } from "./runner-is-told.ts";
import { repository } from "./scene.ts";

const timeout = 240_000;

let place: ReturnType<typeof workplace>;
let server: WireServer | null = null;
beforeEach(() => {
  place = workplace();
  cpSync(join(repository, "examples/config"), place.folder, { recursive: true });
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server?.close();
});

const moves = (to: string, count: number) => ({ tool: "move_goods", args: { from: "A1", to, count } });

test("a model acts in it, is paused, and goes on in another process where its world was", { timeout }, async () => {
  const isAsked = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  server = await startWireServer(async ({ turn }) => {
    if (turn === 0) return { calls: [moves("A2", 25)] };
    if (turn === 2) return { text: "A1 is empty." };
    isAsked.resolve();
    await mayAnswer.promise;
    return { calls: [moves("B2", 15), { tool: "list_bins" }] };
  });
  const args = ["run", "benchmarks/make-room.yml", "--agent", "glm-4.6", "--jsonl"];
  const started = place.start(args, server.env);
  const id = /"runId":"([0-9a-f-]+)"/.exec(await started.shows("stdout", '"runId"'))?.[1] ?? "";
  await isAsked.promise;
  const pausing = place.run(["pause", id]);
  await runnerIsTold(place.folder, id, "pause");
  mayAnswer.resolve();
  await Promise.all([pausing, started.ended]);
  expect(JSON.parse((await place.ask(["show", id, "--json"])).stdout)).toMatchObject({ status: "paused" });
  const resumed = await place.run(["resume", id, "--json"], server.env);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "completed", score: 1, passed: true, attempt: 2 });

  const [first, , last] = server.requests;
  const told = first?.messages.map(({ text }) => text).join("\n") ?? "";
  expect(told).toContain("Bin A1 must be empty by noon.");
  expect(told).toContain("bolts");
  expect(told).not.toContain("BinHolds");
  expect(first?.tools).toEqual(["list_bins", "move_goods", "decline", "answer", "lamports_of"]);
  // What lies where after the pause was seen in the world that the second process made of the snapshot.
  const seen = JSON.parse(last?.messages.filter(({ role }) => role === "tool").at(-1)?.text ?? "");
  expect(seen).toMatchObject({ A1: { count: 0 }, A2: { count: 50 }, B2: { item: "bolts", count: 15 } });
});
