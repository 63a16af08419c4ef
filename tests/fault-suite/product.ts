// The product that episodes are played with: a copy of the sources, built into one bundle, in a folder of its own. It stays
// what it is for as long as a campaign lasts, whatever becomes of the sources; it starts in two thirds of the processor
// time that they take; and a planted bug is a change of the copy.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type Edit, editsOf, type LedgerKind, plants } from "./plants.ts";

export type Product = Disposable & {
  /** The script that starts it. */
  launcher: string;
  /** What is loaded into each of its processes before anything else. */
  injected: URL;
  /** Of the sources that it was built from, with what was planted in them. */
  digest: string;
  /** What is done to a fresh database on a server before it is used. */
  serverSql: string | null;
};

/** As it is, or with a bug planted for ledgers of this kind. */
export type Planted = { plant: string | null; ledger: LedgerKind };
type Built = Omit<Product, typeof Symbol.dispose>;

const repository = fileURLToPath(new URL("../../", import.meta.url));
const injectedFolder = fileURLToPath(new URL("inject/", import.meta.url));

/** Builds it into a fresh folder, which is gone with it. @throws if a bug does not fit any more, or it cannot be built */
export async function makeProduct(planted: Planted = { plant: null, ledger: "sqlite" }): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-product-"));
  try {
    return { ...(await buildInto(folder, planted)), [Symbol.dispose]: () => remove(folder) };
  } catch (error) {
    remove(folder);
    throw error;
  }
}

/** The one that a campaign has kept in its folder, or a new one, which stays there. */
export async function keepProduct(folder: string, planted: Planted): Promise<Product> {
  const isBuilt = existsSync(join(folder, "inject/main.mjs"));
  if (!isBuilt) remove(folder);
  return {
    ...(isBuilt ? productIn(folder, planted) : await buildInto(folder, planted)),
    [Symbol.dispose]: () => undefined,
  };
}

async function buildInto(folder: string, planted: Planted): Promise<Built> {
  const edits = planted.plant === null ? [] : editsOf(planted.plant, planted.ledger);
  mkdirSync(join(folder, "scripts"), { recursive: true });
  for (const name of ["bin", "src", "package.json", "scripts/build.mjs"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  for (const edit of [...edits, driverBeside]) apply(folder, edit);
  const built = spawnSync(process.execPath, [join(folder, "scripts/build.mjs")], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the product could not be built: ${built.stderr}`);
  await build({
    entryPoints: ["main", "inject"].map((name) => join(injectedFolder, `${name}.ts`)),
    outdir: join(folder, "inject"),
    ...{ bundle: true, format: "esm", platform: "node", splitting: true, outExtension: { ".js": ".mjs" } },
    ...{ external: ["pg"], logLevel: "warning" },
  });
  return productIn(folder, planted);
}

/** The driver of PostgreSQL is watched, so it must be the same module for the product and for what watches it. */
const driverBeside: Edit = {
  path: "scripts/build.mjs",
  from: 'external: ["litesvm"]',
  to: 'external: ["litesvm", "pg"]',
};

function apply(folder: string, { path, from, to }: Edit): void {
  const file = join(folder, path);
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}

function productIn(folder: string, { plant, ledger }: Planted): Built {
  const { digest } = JSON.parse(readFileSync(join(folder, "dist/build.json"), "utf8")) as { digest: string };
  return {
    launcher: join(folder, "bin/runledger.mjs"),
    injected: pathToFileURL(join(folder, "inject/main.mjs")),
    digest,
    serverSql: (ledger === "postgres" && plant !== null && plants[plant]?.serverSql) || null,
  };
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
