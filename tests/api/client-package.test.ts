// The published client: a program in TypeScript that knows nothing of this repository type-checks against its types and
// runs with its bundle.

import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientDeclarations } from "../../scripts/client-declarations.ts";
import { repository, Scene } from "../scene.ts";
import { newToken, type Served, serve } from "./served.ts";

let folder: string;
let scene: Scene;
let served: Served;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-client-"));
  const installed = join(folder, "node_modules/runledger");
  mkdirSync(installed, { recursive: true });
  const entry = { types: "./client.d.ts", default: "./client.mjs" };
  writeFileSync(join(installed, "package.json"), JSON.stringify({ type: "module", exports: { "./client": entry } }));
  cpSync(join(repository, "types/client.d.ts"), join(installed, "client.d.ts"));
  const bundled = { bundle: true, format: "esm" as const, platform: "neutral" as const };
  await build({
    ...bundled,
    entryPoints: [join(repository, "src/client.ts")],
    outfile: join(installed, "client.mjs"),
    logLevel: "silent",
    mainFields: ["module", "main"],
  });
  mkdirSync(join(folder, "node_modules/@types"));
  symlinkSync(join(repository, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  symlinkSync(join(repository, "node_modules/undici-types"), join(folder, "node_modules/undici-types"));
  scene = new Scene();
  served = await serve(scene);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** What the compiler says of the program, under the strictest options. */
function typeFaults(name: string): string {
  const options = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true };
  const modules = { module: "nodenext", target: "es2024", types: ["node"], skipLibCheck: false, lib: ["es2024"] };
  write("tsconfig.json", JSON.stringify({ compilerOptions: { ...options, ...modules }, files: [name] }));
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  return spawnSync(process.execPath, [tsc, "-p", folder, "--skipLibCheck"], { encoding: "utf8" }).stdout;
}

test("types/client.d.ts is what the routes are (else: npm run docs)", () => {
  expect(readFileSync(join(repository, "types/client.d.ts"), "utf8")).toBe(clientDeclarations());
});

const program = `
import { createClient, type Run, RunledgerError } from "runledger/client";

const [url = "", token = ""] = process.argv.slice(2);
const client = createClient({ url, token });
const run: Run = await client.call("createRun", { body: { benchmark: "001-sol-transfer" }, idempotencyKey: "once" });
const types: string[] = [];
for await (const message of client.stream("runEvents", { params: { id: run.id } })) {
  types.push(message.type === "message" ? (JSON.parse(message.data) as { type: string }).type : message.type);
  if (types.length === 1) await client.call("cancelRun", { params: { id: run.id } });
  if (message.type === "end") break;
}
const { runs, counts = [] } = await client.call("listRuns", { query: { status: ["cancelled"], counts: "true", pageSize: 5 } });
const score: number | null | undefined = runs[0]?.score;
let refused = "";
try {
  await client.call("getRun", { params: { id: "nothing" } });
} catch (error) {
  if (error instanceof RunledgerError) refused = error.code;
}
console.log(JSON.stringify({ types, ids: runs.map(({ id }) => id === run.id), counts, score, refused }));
`;

test("a small program type-checks and runs against a server", async () => {
  write("program.mts", program);
  expect(typeFaults("program.mts")).toBe("");
  const token = await newToken(await scene.ledger(), { scope: "write" });
  // In a process of its own, which this one must not wait for while it answers.
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(process.execPath, [join(folder, "program.mts"), served.server.url, token], (error, stdout, stderr) =>
    error === null ? resolve(stdout) : reject(new Error(stderr)),
  );
  const { types, ids, counts, score, refused } = JSON.parse(await promise);
  expect(types).toEqual(
    ["run.queued", "run.cancel_requested", "run.cancelled", "end"].filter((type) => types.includes(type)),
  );
  expect(types.at(-1)).toBe("end");
  expect({ ids, counts, score, refused }).toEqual({
    ...{ ids: [true], score: null, refused: "run.not-found" },
    counts: [{ status: "cancelled", passed: null, runs: 1 }],
  });
});

test("what no route takes is a fault of types: an unknown route, a missing name, a wrong status, a lost body", () => {
  const calls = [
    'client.call("listRunz")',
    'client.call("getRun")',
    'client.call("getRun", { params: {} })',
    'client.call("listRuns", { query: { status: ["done"] } })',
    'client.call("createRun", { body: { seed: "7" } })',
    'client.call("listRuns", { query: { stauts: ["queued"] } })',
    'client.call("setLimit")',
  ];
  const lines = calls.map((call) => `// @ts-expect-error\nawait ${call};`);
  write(
    "wrong.mts",
    `import { createClient } from "runledger/client";\nconst client = createClient({ url: "" });\n${lines.join("\n")}\n`,
  );
  expect(typeFaults("wrong.mts")).toBe("");
  write(
    "fine.mts",
    'import { createClient } from "runledger/client";\nawait createClient({ url: "" }).call("sync");\n',
  );
  expect(typeFaults("fine.mts")).toBe("");
});
