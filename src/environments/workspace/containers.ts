// Programs of a workspace in containers of an image: Docker runs each in one of its own. A container belongs to the engine
// and not to its client, so one whose client was ended is removed by its label, and seen gone.

import { setTimeout as wait } from "node:timers/promises";
import { RunledgerError } from "../../core/errors.ts";
import type { ProgramEnd, WorkPlace } from "../environment.ts";
import { engineArgv, imageIdArgv, listArgv, pullArgv, removeArgv, runArgv } from "./container-argv.ts";
import type { WorkspaceOptions } from "./format.ts";
import { ownFolders, type ProgramHost, type WorkspaceProgram } from "./program-host.ts";

type Options = { image: string; network: WorkspaceOptions["network"] };

const askMsMax = 10_000;
const pullMsMax = 600_000;
/** How long containers may take to be gone after they were killed. */
const goneMsMax = 10_000;
const goneLookMs = 100;
/** What the client exits with if it is not the program that failed. */
const clientFailed = 125;

/**
 * Finds client, engine and image, pulling it if it is not here.
 * @throws `workspace.no-container-client`, `workspace.no-container-engine`, `workspace.no-image`
 */
export async function openContainers(place: WorkPlace, { image, network }: Options): Promise<ProgramHost> {
  const ask = asker(place);
  const engine = await findEngine(ask, image);
  const id = await findImage(ask, image);
  // An earlier attempt whose runner was killed may have left one running.
  await removeAll(place, ask);
  let isOneLeft = false;
  const run = async ({ argv, cwd, own, timeoutMs, signal }: WorkspaceProgram): Promise<ProgramEnd> => {
    const { home, temporary } = ownFolders(own);
    const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const { runId } = place;
    const command = runArgv({ ...{ image: id, runId, argv, network, user }, ...{ workspace: cwd, home, temporary } });
    isOneLeft = true;
    const end = await ask(command, timeoutMs, signal);
    if (end.stoppedFor !== null) await removeAll(place, ask);
    isOneLeft = false;
    if (end.exitCode === clientFailed && end.stderr.startsWith("docker: "))
      throw new RunledgerError("environment.failed", `the container could not be started: ${firstLine(end)}`);
    return end;
  };
  const traits = [
    `image ${image} (${id.slice(0, 19)})`,
    `docker ${engine}`,
    ...(network === "none" ? ["no network"] : []),
  ];
  return { traits, run, close: async () => void (isOneLeft && (await removeAll(place, ask))) };
}

type Ask = (argv: readonly [string, ...string[]], timeoutMs?: number, signal?: AbortSignal) => Promise<ProgramEnd>;

/** Runs the client, with what it needs to find its engine. */
function asker(place: WorkPlace): Ask {
  const names = [
    "PATH",
    "HOME",
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "XDG_RUNTIME_DIR",
  ];
  return (argv, timeoutMs = askMsMax, signal) => {
    const known = names.flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
    );
    const env = Object.fromEntries(known) as Record<string, string>;
    return place.run({ argv, cwd: place.folder, env, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  };
}

async function findEngine(ask: Ask, image: string): Promise<string> {
  const end = await ask(engineArgv);
  if (isNotThere(end)) {
    throw new RunledgerError("workspace.no-container-client", `the image ${image} needs Docker: ${firstLine(end)}`);
  }
  const version = end.stdout.trim();
  if (end.exitCode === 0 && version !== "") return version;
  const why = end.stoppedFor === "time" ? `no answer within ${askMsMax / 1000} s` : firstLine(end);
  throw new RunledgerError(
    "workspace.no-container-engine",
    `the image ${image} needs a Docker engine, and the client finds none: ${why}`,
  );
}

async function findImage(ask: Ask, image: string): Promise<string> {
  const here = await ask(imageIdArgv(image));
  if (here.exitCode === 0) return here.stdout.trim();
  const pulled = await ask(pullArgv(image), pullMsMax);
  const now = pulled.exitCode === 0 ? await ask(imageIdArgv(image)) : pulled;
  if (now.exitCode === 0) return now.stdout.trim();
  throw new RunledgerError("workspace.no-image", `the image ${image} cannot be had: ${firstLine(now)}`);
}

/** @throws `environment.failed` if a container of the run is still there: nothing may be scored beside it. */
async function removeAll(place: WorkPlace, ask: Ask): Promise<void> {
  const untilMs = performance.now() + goneMsMax;
  for (;;) {
    const listed = await ask(listArgv(place.runId));
    const ids = listed.stdout.split("\n").filter((id) => id !== "");
    if (listed.exitCode === 0 && ids.length === 0) return;
    if (performance.now() > untilMs) {
      const what = listed.exitCode === 0 ? `still there: ${ids.join(", ")}` : `not known: ${firstLine(listed)}`;
      throw new RunledgerError("environment.failed", `containers of the run ${place.runId} are ${what}`);
    }
    if (ids.length > 0) await ask(removeArgv(ids as [string, ...string[]]));
    else await wait(goneLookMs);
  }
}

/** As the place tells of a program that no folder of PATH has. */
function isNotThere({ exitCode, stderr }: ProgramEnd): boolean {
  return exitCode === 127 && /is in no folder of PATH|does not exist|is not executable/.test(stderr);
}

function firstLine({ stderr, stdout, exitCode }: ProgramEnd): string {
  const said = `${stderr}\n${stdout}`.trim().split("\n")[0];
  return said === undefined || said === "" ? `exit ${exitCode}` : said;
}
