// The pages as somebody has them: a real server on a ledger of its own, with a worker, and a real browser before it.
// Whatever a page reports as an error, or a policy forbids, fails the test at its end.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import { openLog } from "../../src/server/log.ts";
import type { PagesPort } from "../../src/server/pages.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { workQueue } from "../api/served.ts";
import { repository, Scene } from "../scene.ts";
import { launchBrowser } from "./chromium.ts";

export type Pages = AsyncDisposable & {
  scene: Scene;
  url: string;
  /** A new window of its own, with nothing stored; one that must not complain. */
  open(path?: string, options?: BrowserContextOptions & { isSilent?: boolean }): Promise<Page>;
  /** Signs the window in by a fresh link, which leads it to the list of runs. */
  signIn(page: Page): Promise<void>;
  closeWindows(): Promise<void>;
  /** Ends the server as a crash would, connections and all. */
  stopServer(): Promise<void>;
  /** Starts it again on the same port. */
  startServer(): Promise<void>;
  /** What the pages complained about so far. */
  complaints: string[];
};

type PagesOptions = {
  /** False leaves queued runs in the queue. */
  hasWorker?: boolean;
  /** Makes the folders that the catalog is read from; without it those that ship. */
  foldersOf?: (scene: Scene) => string[];
};

export async function openPages({ hasWorker = true, foldersOf }: PagesOptions = {}): Promise<Pages> {
  buildPages();
  const scene = new Scene();
  const browser = await launchBrowser();
  const complaints: string[] = [];
  const folders = foldersOf?.(scene) ?? [`${repository}benchmarks`];
  let server = await serve(scene, 0, folders);
  const { port } = server;
  const work = hasWorker ? await workQueue(scene) : null;
  const windows: BrowserContext[] = [];
  const closeWindows = async (): Promise<void> => {
    for (const context of windows.splice(0)) await context.close();
  };
  return {
    scene,
    url: server.url,
    complaints,
    async open(path = "/", { isSilent = true, ...options } = {}) {
      const context = await newWindow(browser, options);
      windows.push(context);
      const page = await context.newPage();
      if (isSilent) listen(page, complaints);
      await page.goto(`${server.url}${path}`);
      return page;
    },
    async signIn(page) {
      await page.goto(`${server.url}${server.newLink()}`);
    },
    closeWindows,
    stopServer: () => server.close(),
    async startServer() {
      server = await serve(scene, port, folders);
    },
    async [Symbol.asyncDispose]() {
      await closeWindows();
      await browser.close();
      await server.close();
      await work?.[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
      expect(complaints).toEqual([]);
    },
  };
}

/** Waits, frame by frame, until an expression holds in the page. It is compiled here: the pages allow no code out of text. */
export async function untilHolds(page: Page, expression: string): Promise<void> {
  await page.evaluate(`(async () => { while (!(${expression})) await new Promise(requestAnimationFrame); })()`);
}

/** The row of a run in the list. */
export function rowOf(page: Page, runId: string): Locator {
  return page.locator(`[data-run="${runId}"]`);
}

/** Waits until there is such an element in sight. */
export async function see(locator: Locator): Promise<void> {
  await locator.filter({ visible: true }).first().waitFor();
}

/** Waits until there is no such element any more. */
export async function seeNone(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: "detached" });
}

/** Builds the pages if their sources changed since; as `serve` does. */
export function buildPages(): void {
  execFileSync(process.execPath, [join(repository, "scripts/build-pages.mjs"), "--if-changed"], { stdio: "pipe" });
}

/** The pages as they were built. */
const builtPages: PagesPort = {
  look: () => ({ state: "ready", folder: join(repository, "dist/pages") }),
};

async function serve(scene: Scene, port: number, folders: string[]): Promise<Server> {
  const server = await startServer({
    ...{ host: "127.0.0.1", port, version: "0.0.0-test", log: openLog("silent"), findToken: null },
    pages: builtPages,
  });
  const context = { env: { ...process.env }, cwd: scene.folder };
  await server.open(serverPorts({ ledger: await scene.ledger(), context, folders, workState: () => null }));
  return server;
}

async function newWindow(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
    timezoneId: "Europe/Berlin",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  return context;
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
}
