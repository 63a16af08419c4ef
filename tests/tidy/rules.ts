// The rules of the house as pure functions: the files of the project in, the breaches out, each with its place.
import { posix } from "node:path";
import type { ProjectFile } from "./read-code.ts";
import { isCode, readCode } from "./read-code.ts";

/** Which folders and packages a folder of src/ may import; `node:` stands for all of Node's own modules. */
export type Layers = Record<string, { imports: readonly string[]; packages: readonly string[] }>;

export type Rule = (files: readonly ProjectFile[]) => string[];

/** What a test may import on top of what its folder may. */
const TEST_PACKAGES = ["node:", "vitest", "fast-check"];

/** Each folder of src/ is in the table, and nothing lies beside the folders. */
export function foldersOutsideTable(layers: Layers): Rule {
  return (files) => {
    const folders = new Set(sources(files).map((file) => folderOf(file.path)));
    return [...folders].filter((folder) => !Object.hasOwn(layers, folder)).map((folder) => `src/${folder}`);
  };
}

/** An import between folders of src/ follows the table; none leaves src/. */
export function importsAgainstLayers(layers: Layers): Rule {
  return (files) =>
    relativeImports(sources(files)).flatMap(({ from, line, target }) => {
      const [own, other] = [folderOf(from.path), folderOf(target)];
      const isAllowed = target.startsWith("src/") && (own === other || layers[own]?.imports.includes(other));
      return isAllowed ? [] : [`${from.path}:${line} imports ${target}`];
    });
}

/** An import from another folder of src/ names a file at that folder's top level: what is below is its own business. */
export const importsPastTopLevel: Rule = (files) =>
  relativeImports(sources(files)).flatMap(({ from, line, target }) => {
    const isDeep = folderOf(from.path) !== folderOf(target) && target.split("/").length > 3;
    return isDeep ? [`${from.path}:${line} imports ${target}`] : [];
  });

/** A folder of src/ imports the packages that the table gives it, and a test those of testing besides. */
export function packagesAgainstLayers(layers: Layers): Rule {
  return (files) =>
    sources(files).flatMap((file) => {
      const allowed = [
        ...(layers[folderOf(file.path)]?.packages ?? []),
        ...(servesTests(file.path) ? TEST_PACKAGES : []),
      ];
      const packages = readCode(file).imports.filter(({ specifier }) => !specifier.startsWith("."));
      const forbidden = packages.filter(({ specifier }) => !allowed.includes(packageOf(specifier)));
      return forbidden.map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`);
    });
}

/** No file imports itself by way of others; an import of types counts. */
export const importCycles: Rule = (files) => {
  const targets = new Map<string, string[]>(files.map((file) => [file.path, []]));
  for (const { from, target } of relativeImports(files.filter(isCode))) targets.get(from.path)?.push(target);
  const settled = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(" -> "));
    if (way.includes(path) || settled.has(path)) return;
    for (const target of targets.get(path) ?? []) walk(target, [...way, path]);
    settled.add(path);
  };
  for (const path of targets.keys()) walk(path, []);
  return cycles;
};

/** A relative import names a file as it is on the disk, so that Node finds it without a search. */
export const importsWithoutExtension: Rule = (files) =>
  relativeImports(files.filter(isCode)).flatMap(({ from, line, target }) =>
    /\.(tsx?|mjs|json|css)$/.test(target) ? [] : [`${from.path}:${line} imports ${target}`],
  );

/** A file that is longer than `limit` lines wants to be two. */
export function longFiles(limit: number): Rule {
  return (files) =>
    files.filter(isCode).flatMap(({ path, text }) => {
      const lines = text.trimEnd().split("\n").length;
      return lines > limit ? [`${path} has ${lines} lines`] : [];
    });
}

/** A function fits a screen. In a test the functions inside are counted by themselves: a suite is a list of tests. */
export function longFunctions(limit: number): Rule {
  return (files) =>
    files.filter(isCode).flatMap((file) =>
      readCode(file).functions.flatMap(({ line, lines, ownLines }) => {
        const length = isTest(file.path) ? ownLines : lines;
        return length > limit ? [`${file.path}:${line} has ${length} lines`] : [];
      }),
    );
}

/** A file is named by what it is or does. */
export const emptyNames: Rule = (files) => {
  const empty = /(^|[-.])(utils?|helpers?|common|types?|managers?|services?|misc|index)\.(test\.|contract\.)?(ts|mjs)$/;
  return files.map(({ path }) => path).filter((path) => empty.test(posix.basename(path)));
};

/** A file says in its first line what it is for. A test beside its file is for that file. */
export const filesWithoutPurpose: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !/^src\/.*\.test\.ts$/.test(file.path))
    .filter(({ text }) => !/^(#!.*\n)?\s*(\/\/|\/\*)/.test(text))
    .map(({ path }) => path);

/** Exports have names, the same everywhere; only a tool's configuration file has a default export. */
export const defaultExports: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !file.path.endsWith(".config.ts"))
    .flatMap((file) => readCode(file).defaultExports.map(({ line }) => `${file.path}:${line}`));

/** A test waits for what it wants to see, with a deadline, and not for time to pass. */
export const sleepingTests: Rule = (files) =>
  files.filter(isTestCode).flatMap((file) => {
    const { sleeps, imports } = readCode(file);
    const timers = imports.filter(({ specifier }) => specifier === "node:timers/promises");
    return [...sleeps, ...timers].map(({ line }) => `${file.path}:${line}`);
  });

/** Every test that is there runs, everywhere. */
export const unrunTests: Rule = (files) => {
  const names = ["skip", "only", "todo", "skipIf", "runIf", "fails"];
  return files.filter(isTestCode).flatMap((file) => {
    const marks = readCode(file).properties.filter(({ name }) => names.includes(name));
    return marks.map(({ name, line }) => `${file.path}:${line} .${name}`);
  });
};

/** Both databases have the same migrations, by number and name. */
export const unpairedMigrations: Rule = (files) => {
  const namesIn = (database: string) => {
    const folder = `src/ledger/${database}/migrations/`;
    const paths = files.map(({ path }) => path).filter((path) => path.startsWith(folder) && !isTest(path));
    return paths.map((path) => path.slice(folder.length).replace(/\.\w+$/, ""));
  };
  if (!files.some(({ path }) => path.startsWith("src/ledger/postgres/"))) return [];
  const [sqlite, postgres] = [namesIn("sqlite"), namesIn("postgres")];
  return [
    ...sqlite.filter((name) => !postgres.includes(name)).map((name) => `postgres lacks ${name}`),
    ...postgres.filter((name) => !sqlite.includes(name)).map((name) => `sqlite lacks ${name}`),
  ];
};

/** Nothing holds the path of a folder that exists on one machine only. */
export const machinePaths: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const found = /(?<![\w.})~*-])\/(?:work|root)\/[\w.]*/.exec(line)?.[0];
      return found ? [`${path}:${index + 1} ${found}`] : [];
    }),
  );

/** What the pages may import: folders of src/, and packages. They reach nothing of Node by any way. */
export function importsOfPages({ imports, packages }: Layers[string]): Rule {
  return (files) => {
    const byPath = new Map(files.filter(isCode).map((file) => [file.path, file]));
    const pages = files.filter((file) => isCode(file) && file.path.startsWith("dashboard/src/") && !isTest(file.path));
    const against = pages.flatMap((file) =>
      readCode(file).imports.flatMap(({ specifier, line }) => {
        const target = specifier.startsWith(".") ? posix.join(posix.dirname(file.path), specifier) : null;
        const isAllowed =
          target === null
            ? packages.includes(packageOf(specifier))
            : target.startsWith("dashboard/src/") ||
              (/^src\/[^/]+\/[^/]+$/.test(target) && imports.includes(folderOf(target)));
        return isAllowed ? [] : [`${file.path}:${line} imports ${target ?? specifier}`];
      }),
    );
    const reached = new Set<string>();
    const walk = (path: string): string[] => {
      const file = byPath.get(path);
      if (file === undefined || reached.has(path)) return [];
      reached.add(path);
      const own = path.startsWith("src/")
        ? readCode(file).imports.filter(({ specifier }) => specifier.startsWith("node:"))
        : [];
      const further = relativeImports([file]).flatMap(({ target }) => walk(target));
      return [
        ...own.map(({ line, specifier }) => `${path}:${line} imports ${specifier}, and a page imports it`),
        ...further,
      ];
    };
    return [...against, ...pages.flatMap(({ path }) => walk(path))];
  };
}

function sources(files: readonly ProjectFile[]): ProjectFile[] {
  return files.filter((file) => isCode(file) && file.path.startsWith("src/"));
}

function isTest(path: string): boolean {
  return /\.(test|contract)\.ts$/.test(path);
}

/** What tests start and share is a fixture; it may have hooks, and takes its time. */
function servesTests(path: string): boolean {
  return isTest(path) || path.endsWith(".fixture.ts");
}

function isTestCode(file: ProjectFile): boolean {
  return isCode(file) && isTest(file.path);
}

/** The folder of src/ that a path lies in; a file beside the folders counts as a folder of its own name. */
function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** `node:` for Node's own modules, else the package's name without the path inside it. */
function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return "node:";
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function relativeImports(files: readonly ProjectFile[]) {
  return files.flatMap((from) =>
    readCode(from)
      .imports.filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier, line }) => ({ from, line, target: posix.join(posix.dirname(from.path), specifier) })),
  );
}
