// The built pages as files: a page's address gives index.html, which the browser keeps nowhere; hashed files it keeps for
// good. Nothing here knows what a page shows.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunledgerError } from "../core/errors.ts";

/** Where the built pages lie, or why they do not. */
export type PagesState =
  | { state: "ready"; folder: string }
  | { state: "building" }
  | { state: "missing"; detail: string };

export type PagesPort = { look(): PagesState };

/** Addresses of pages; every other one below the root is a file, the API, or nothing. */
export const pagePaths = [
  "/",
  "/runs",
  "/runs/*",
  "/experiments",
  "/experiments/*",
  "/benchmarks",
  "/benchmarks/*",
  "/agents",
  "/agents/*",
  "/compare",
  "/new",
  "/system",
] as const;
/** Files of the pages; what follows `/assets/` is one name. */
export const pageFilePaths = ["/assets/:name", "/theme.js", "/icon.svg"] as const;

const types: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * Nothing from another host, no script within HTML, no code made of text. Styles may be inline, since diagrams bring
 * their own; whatever an agent wrote is text before it reaches a page.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const buildingPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="1">
<title>Runledger</title><p>The pages are being built from the sources; this takes a few seconds. The API answers already.</p>
`;

/** The answer to a request for a page. @throws RunledgerError `pages.not-built` */
export async function answerPage(pages: PagesPort, acceptEncoding: string): Promise<Response> {
  const found = pages.look();
  if (found.state === "building") {
    const headers = { "content-type": types.html ?? "", "cache-control": "no-store", "retry-after": "1" };
    return new Response(buildingPage, { status: 503, headers });
  }
  const headers = {
    "content-security-policy": contentSecurityPolicy,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
  };
  return answerFile(found, "index.html", headers, acceptEncoding);
}

/** The answer to a request for a file of the pages. @throws RunledgerError `request.unknown-route`, `pages.not-built` */
export async function answerPageFile(pages: PagesPort, path: string, acceptEncoding: string): Promise<Response> {
  const name = /^\/((assets\/)?[\w.-]+\.(js|css|svg))$/.exec(path)?.[1];
  if (name === undefined) throw noFile(path);
  const isHashed = name.startsWith("assets/");
  const headers = { "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache" };
  return answerFile(pages.look(), name, headers, acceptEncoding);
}

async function answerFile(
  found: PagesState,
  name: string,
  headers: Record<string, string>,
  acceptEncoding: string,
): Promise<Response> {
  if (found.state === "building") throw new RunledgerError("pages.building", "the pages are being built");
  if (found.state === "missing") throw new RunledgerError("pages.not-built", found.detail);
  const path = join(found.folder, name);
  const zipped = /\bgzip\b/.test(acceptEncoding) ? await readIfThere(`${path}.gz`) : null;
  const bytes = zipped ?? (await readIfThere(path));
  if (bytes === null) throw noFile(`/${name}`);
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...headers,
      "content-type": types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
      "content-length": String(bytes.length),
      vary: "accept-encoding",
      ...(zipped === null ? {} : { "content-encoding": "gzip" }),
    },
  });
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function noFile(path: string): RunledgerError {
  return new RunledgerError("request.unknown-route", `there is no file ${path.slice(0, 200)}`);
}
