// A conversation is recorded from a real server, and replayed where no connection can be opened and no provider's
// package be read: Node's permissions take both away.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { askModel } from "../src/models/ask-model.ts";
import { openModel } from "../src/models/providers.ts";
import { openRecorder } from "../src/models/recorded.ts";
import { startWireServer } from "../src/models/wire-server.fixture.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));

test("a replay needs no network, no key and no provider's package, and its recording holds no key", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "replay-")));
  try {
    const recording = join(folder, "run.jsonl");
    const request = { messages: [{ role: "user" as const, text: "What is there?" }], tools: [], params: {} };
    await using server = await startWireServer([{ text: "Öl – 油" }]);
    const model = await openModel("glm-4.6", server.env, {});
    const { reply } = await askModel(model, request, { callSeconds: 30, signal: AbortSignal.timeout(60_000) });
    openRecorder(recording, { secrets: Object.values(server.env) }).record(model.name, request, reply);
    await server.close();

    const readable = ["src", "tests/programs", "node_modules/zod", "package.json"].map((path) =>
      join(repository, path),
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--permission",
        ...[...readable, recording].map((path) => `--allow-fs-read=${path}`),
        join(repository, "tests/programs/replays-a-model.ts"),
        recording,
        JSON.stringify(request),
      ],
      { env: {} },
    );
    expect(JSON.parse(stdout)).toEqual({ text: "Öl – 油", socket: "ERR_ACCESS_DENIED", provider: "ERR_ACCESS_DENIED" });
    expect(readFileSync(recording, "utf8")).not.toContain("key-of-a-test");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
