// How the pages are served: what browsers may keep, what a page may load, which addresses are pages, and how much the
// first of them weighs.

import { readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pagePaths } from "../../src/server/pages.ts";
import { startCommand } from "../command-in-scene.ts";
import { repository, Scene, until } from "../scene.ts";
import { buildPages } from "./open-pages.ts";

const patienceMs = 120_000;
/** Scripts and styles of the first page, as they travel. */
const firstPageBytesMax = 250 * 1024;
const built = join(repository, "dist/pages");

describe("runledger serve", () => {
  let scene: Scene;
  let serve: ReturnType<typeof startCommand>;
  let url = "";

  beforeAll(async () => {
    buildPages();
    scene = new Scene();
    serve = startCommand(scene, ["serve", "--port", "0", "--slots", "1"]);
    let said = "";
    serve.child.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
    });
    url = await until("an address", () => /http:\/\/\S+/.exec(said)?.[0], patienceMs);
    await until("the pages", async () => (await fetch(url)).status === 200, patienceMs);
  }, patienceMs);
  afterAll(async () => {
    serve?.child.kill("SIGTERM");
    await serve?.ended;
    await scene?.[Symbol.asyncDispose]();
  }, patienceMs);

  test("a page may load nothing from elsewhere and run no script within HTML", async () => {
    const { headers } = await fetch(url);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).not.toContain("http");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("every page's address gives the same document, and other addresses a problem", async () => {
    const document = await (await fetch(url)).text();
    for (const path of pagePaths)
      expect(await (await fetch(url + path.replace("*", "some/thing"))).text()).toBe(document);
    for (const path of ["/nothing", "/assets", "/api/v1/nothing", "/index.html"]) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toContain("problem+json");
    }
  });

  test("hashed files are kept for good, and travel compressed", async () => {
    const [, path = ""] = /src="(\/assets\/[^"]+)"/.exec(await (await fetch(url)).text()) ?? [];
    const answer = await fetch(url + path);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.headers.get("content-type")).toContain("javascript");
  });

  test.for([
    "/assets/..%2fbuild.json",
    "/assets/%2e%2e/build.json",
    "/assets/..%5c..%5cpackage.json",
    "/assets/x.js%00",
  ])("%s leaves the folder of the pages nowhere", async (path) => expect(await statusOf(url + path)).toBe(404));

  test("a request that names another host gets no page", async () => {
    expect(await statusOf(url, { host: "attacker.example" })).toBe(403);
  });
});

test("scripts and styles of the first page weigh at most 250 KiB compressed", () => {
  buildPages();
  const files = filesOfFirstPage();
  const bytes = files.reduce((sum, file) => sum + readFileSync(`${built}/${file}.gz`).length, 0);
  expect(files.length).toBeGreaterThan(2);
  expect(bytes).toBeLessThanOrEqual(firstPageBytesMax);
});

type Manifest = Record<string, { file: string; css?: string[]; imports?: string[] }>;

/** What the list of runs needs before it shows anything. */
function filesOfFirstPage(): string[] {
  const manifest = JSON.parse(readFileSync(`${built}/manifest.json`, "utf8")) as Manifest;
  const files = new Set<string>(["theme.js"]);
  const take = (name: string): void => {
    const entry = manifest[name];
    if (entry === undefined || files.has(entry.file)) return;
    for (const file of [entry.file, ...(entry.css ?? [])]) files.add(file);
    for (const imported of entry.imports ?? []) take(imported);
  };
  take("index.html");
  take("src/pages/runs/runs-page.tsx");
  return [...files];
}

/** The status of a request whose path and headers go out as they are. */
function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(url);
  const path = url.slice(new URL(url).origin.length) || "/";
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on("error", reject);
  });
}
