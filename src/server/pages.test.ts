// The built pages as files: what a browser may keep and for how long, and what is answered while there is nothing built.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answerPage, answerPageFile, type PagesState } from "./pages.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-pages-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html>the page");
  writeFileSync(join(folder, "theme.js"), "// theme");
  writeFileSync(join(folder, "assets/index-1a2b.js"), "// code");
  writeFileSync(join(folder, "assets/index-1a2b.js.gz"), gzipSync("// code"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pages = (state: PagesState = { state: "ready", folder }) => ({ look: () => state });

test("a page is kept nowhere, and may load nothing from another host", async () => {
  const page = await answerPage(pages(), "gzip, br");
  expect(await page.text()).toBe("<!doctype html>the page");
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-encoding")).toBe(null);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("a file with a digest in its name is kept for good, and comes packed to who can unpack it", async () => {
  const packed = await answerPageFile(pages(), "/assets/index-1a2b.js", "br, gzip");
  expect(Buffer.from(await packed.arrayBuffer())).toEqual(gzipSync("// code"));
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  const plain = await answerPageFile(pages(), "/assets/index-1a2b.js", "");
  expect(await plain.text()).toBe("// code");
  expect(plain.headers.get("content-length")).toBe("7");
  for (const { headers } of [packed, plain]) {
    expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(headers.get("vary")).toBe("accept-encoding");
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  }
});

test("a file whose name stays the same is asked for each time", async () => {
  const { headers } = await answerPageFile(pages(), "/theme.js", "gzip");
  expect(headers.get("cache-control")).toBe("no-cache");
  expect(headers.get("content-encoding")).toBe(null);
});

test("a name that is no file of the pages is not looked for, and one that is not there is said so", async () => {
  writeFileSync(join(folder, "secret.js"), "// beside");
  for (const path of ["/assets/../secret.js", "/assets/a/b.js", "/assets/x.json", "/assets/%2e%2e/secret.js"]) {
    await expect(answerPageFile(pages(), path, ""), path).rejects.toMatchObject({ code: "request.unknown-route" });
  }
  const gone = answerPageFile(pages(), "/assets/index-0000.js", "gzip");
  await expect(gone).rejects.toMatchObject({ code: "request.unknown-route" });
});

test("a file that cannot be read is a fault and not a missing page", async () => {
  rmSync(join(folder, "theme.js"));
  mkdirSync(join(folder, "theme.js"));
  await expect(answerPageFile(pages(), "/theme.js", "")).rejects.toMatchObject({ code: "EISDIR" });
});

test("while they are built a page looks again by itself, and its files say why they are not there", async () => {
  const building = await answerPage(pages({ state: "building" }), "");
  expect(building.status).toBe(503);
  expect(building.headers.get("retry-after")).toBe("1");
  expect(await building.text()).toContain('http-equiv="refresh"');
  const file = answerPageFile(pages({ state: "building" }), "/theme.js", "");
  await expect(file).rejects.toMatchObject({ code: "pages.building" });
});

test("pages that could not be built are told with the reason", async () => {
  const missing = pages({ state: "missing", detail: "vite is not installed" });
  await expect(answerPage(missing, "")).rejects.toMatchObject({
    code: "pages.not-built",
    message: "vite is not installed",
  });
});
