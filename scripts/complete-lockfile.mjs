// Completes package-lock.json for platforms that the registry in use does not carry.
//
// A registry mirror may hold only the packages of its own platform. `npm install` against one leaves the others out of
// the lockfile, and `npm ci` then rejects that lockfile on every machine ("Missing: … from lock file"). This writes the
// missing entries: exact version, platform, no integrity (nobody here has seen the tarball). npm skips them wherever
// the platform differs, and where it fits it installs that exact version. Run it after adding a dependency.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
/** @type {Record<string, string>} */
const C_LIBRARIES = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/**
 * What a platform package's name says about where it runs, e.g. `litesvm-linux-x64-musl` or `…/binding-win32-x64-msvc`.
 * @param {string} name
 */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => SYSTEMS.includes(word));
  const cpu = words.filter((word) => PROCESSORS.includes(word));
  const libc = words.flatMap((word) => C_LIBRARIES[word] ?? []);
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name}: its name does not say for which platform it is`);
  return { cpu, ...(os[0] === "linux" && libc.length > 0 ? { libc } : {}), os };
}

/**
 * Adds an entry for each optional dependency that has none; returns the names added.
 * @param {{ packages: Record<string, { dev?: boolean, optionalDependencies?: Record<string, string> }> }} lock
 */
function complete(lock) {
  const added = [];
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (lock.packages[path] !== undefined) continue;
      if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: "${version}" is no exact version`);
      const dev = entry.dev === true ? { dev: true } : {};
      const found = { version, ...platformOf(name), ...dev, optional: true };
      lock.packages[path] = found;
      added.push(name);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(sorted);
  return added;
}

const lockfile = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(lockfile, "utf8"));
const added = complete(lock);
writeFileSync(lockfile, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? "package-lock.json is complete" : `added ${added.join(", ")}`);
