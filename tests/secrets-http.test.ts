// No key is in anything that a server answers: every route that reads, live streams, files to download, and spans that
// an agent sent of itself. The model says its key, the provider quotes it, and the program says its own wherever it can.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWireServer, type WireServer } from "../src/models/wire-server.fixture.ts";
import { routeNames, routes } from "../src/protocol/http.ts";
import { apiPrefix, type RouteSpec } from "../src/protocol/http-route.ts";
import { readStream } from "./api/read-stream.ts";
import { type Started, workplace } from "./command-line.ts";
import { fixture } from "./scene.ts";

const timeout = 240_000;
const modelKey = "zai-key-of-a-test";
/** The name of its variable says nothing of a secret. */
const programKey = "gw/7f3a-99c1-d0e2";
const strangers = { OPENAI_API_KEY: "key-of-somebody-else", VAULT_PASSWORD: "pass-of-somebody-else" };
const secrets = [modelKey, programKey, ...Object.values(strangers)];

let place: ReturnType<typeof workplace>;
let models: WireServer;
let server: Started;
let url: string;

beforeEach(async () => {
  place = workplace();
  models = await startWireServer(({ turn }) =>
    turn === 0
      ? {
          text: `The key is ${modelKey}.`,
          reasoning: `I think of ${modelKey}.`,
          calls: [{ tool: "write_file", args: { path: "note.txt", content: `kept ${modelKey}` } }],
        }
      : { status: 403, message: `the key ${modelKey} is not allowed to` },
  );
  const groundTruth = "ground_truth: {final_state_assertions: [{type: FileMatches, path: note.txt, pattern: kept}]}";
  const file = join(place.folder, "note.yml");
  writeFileSync(file, `description: d\nenvironment: workspace\nprompt: Keep a note.\n${groundTruth}\n`);
  const command = JSON.stringify([...fixture("says-its-key.mjs"), "GATEWAY"]);
  writeFileSync(
    join(place.folder, "runledger.config.ts"),
    `export default { benchmarks: ["note.yml"], agents: [{ name: "tells", command: ${command}, env: ["GATEWAY"] }] };`,
  );
  const { ZAI_API_KEY = "", ZAI_API_URL = "" } = models.env;
  const env = { ZAI_API_KEY, ZAI_API_URL, GATEWAY: programKey, ...strangers };
  server = place.start(["serve", "--port", "0", "--json"], env);
  url = (JSON.parse(await server.shows("stdout", "\n")) as { url: string }).url;
});
afterEach(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
  place[Symbol.dispose]();
  await models.close();
});

test("no key is in any answer of a server on whose runs every part has said its own", { timeout }, async () => {
  const planned = await send("/experiments", { benchmarks: ["note"], agents: ["tells", "glm-4.6"], retries: 0 });
  const experimentId = planned.id as string;
  const cells = await send(`/experiments/${experimentId}/cells`);
  const runIds = (cells.cells as { runId: string }[]).map(({ runId }) => runId);
  expect(runIds).toHaveLength(2);
  const streams = await Promise.all(runIds.map(streamOf));
  const answers = new Map<string, string>();
  for (const runId of runIds) {
    const files = (await send(`/runs/${runId}/files`)).files as { name: string }[];
    const names = [...files.map(({ name }) => name), "none"];
    for (const name of names) {
      for (const path of readingPaths({ runId, experimentId, file: name })) answers.set(path, await textOf(path));
    }
  }
  // Every part was there, or the search shows nothing.
  const all = [...answers.values(), ...streams].join("\n");
  for (const shown of [
    "The key is [masked ZAI_API_KEY].",
    "I think of [masked ZAI_API_KEY].",
    "out [masked GATEWAY]",
    "err [masked GATEWAY]",
    "said [masked GATEWAY]",
    "kept [masked GATEWAY]",
    "asks with [masked GATEWAY]",
    "Bearer [masked GATEWAY]",
    "of [masked GATEWAY]",
    "done with [masked GATEWAY]",
  ]) {
    expect(all).toContain(shown);
  }
  for (const [where, text] of [...answers, ...streams.map((text, index) => [`stream ${index}`, text] as const)]) {
    for (const secret of secrets) expect(text.includes(secret), `${where} holds ${secret}`).toBe(false);
  }
  // What an agent wrote into its own workspace is its own; nothing is recorded from there but what tools and scorers say.
  const files = filesBelow(join(place.folder, ".runledger")).filter((path) => !path.includes(".work/"));
  expect(files.some((path) => path.endsWith("journal.jsonl"))).toBe(true);
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const secret of secrets) expect(bytes.includes(secret), `${path} holds ${secret}`).toBe(false);
  }
});

async function send(path: string, body?: unknown) {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${url}${apiPrefix}${path}`, body === undefined ? {} : init);
  const text = await response.text();
  expect(response.ok, `${path}: ${text}`).toBe(true);
  return JSON.parse(text) as Record<string, unknown>;
}

/** All that a run's stream says, to the run's end. */
async function streamOf(runId: string): Promise<string> {
  await using reader = await readStream(`${url}${apiPrefix}/runs/${runId}/events`);
  const messages = await reader.until(({ type }) => type === "end");
  return messages.map(({ data }) => data).join("\n");
}

type Ids = { runId: string; experimentId: string; file: string };

/** Every route that reads, with the ids in their places. */
function readingPaths({ runId, experimentId, file }: Ids): string[] {
  const all: RouteSpec[] = routeNames.map((name) => routes[name]);
  const placed: Record<string, (path: string) => string> = {
    id: (path) => (path.startsWith("/runs/") ? runId : path.startsWith("/experiments/") ? experimentId : "note"),
    name: (path) => (path.startsWith("/schemas/") ? "benchmark" : file),
    benchmark_id: () => "note",
    execution_id: () => runId,
    session_id: () => runId,
  };
  const reading = all.filter(({ method }) => method === "get");
  const paths = reading.map(({ path }) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => placed[name]?.(path) ?? `?${name}`),
  );
  return [...paths, `/runs/${runId}/link?seq=1`, `/runs/${runId}/logs?stream=stderr`, `/flows/${runId}?format=html`];
}

async function textOf(path: string): Promise<string> {
  const [plain, asText] = ["*/*", "text/plain"].map((accept) =>
    fetch(`${url}${apiPrefix}${path}`, { headers: { accept } }),
  );
  return `${await (await plain)?.text()}\n${await (await asText)?.text()}`;
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return names.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
