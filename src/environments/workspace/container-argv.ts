// The command lines by which Docker runs a program of a workspace and removes what is left of it. Pure.

export type ContainerProgram = {
  /** Id of the image, so that each command of a run gets the same one, whatever its name comes to mean meanwhile. */
  image: string;
  runId: string;
  argv: readonly [string, ...string[]];
  /** Absolute paths on this machine. */
  workspace: string;
  home: string;
  temporary: string;
  network: "inherit" | "none";
  user: { uid: number; gid: number };
};

type Argv = [string, ...string[]];

/** Where a container sees its folders. */
const inside = { workspace: "/workspace", home: "/home/agent", temporary: "/tmp" } as const;
const runLabel = "runledger.run";

/**
 * Runs one program to its end, as the user of this process and with nothing of this machine but the three folders. An
 * image's own entry point would stand before the program, so the program takes its place.
 */
export function runArgv(program: ContainerProgram): Argv {
  const { image, runId, argv, network, user } = program;
  const [command, ...args] = argv;
  return [
    ...["docker", "run", "--rm", "--init", "--pull", "never", "--label", `${runLabel}=${runId}`],
    ...["--network", network === "none" ? "none" : "host", "--security-opt", "no-new-privileges"],
    ...["--user", `${user.uid}:${user.gid}`],
    ...mount(program.workspace, inside.workspace),
    ...mount(program.home, inside.home),
    ...mount(program.temporary, inside.temporary),
    ...["--workdir", inside.workspace, "--env", `HOME=${inside.home}`, "--env", `TMPDIR=${inside.temporary}`],
    ...["--entrypoint", command, "--", image, ...args],
  ] as Argv;
}

/** Prints the version of the engine. It fails where none answers. */
export const engineArgv: Argv = ["docker", "version", "--format", "{{.Server.Version}}"];

/** Prints the image's id. It fails where it is not on this machine. */
export function imageIdArgv(image: string): Argv {
  return ["docker", "image", "inspect", "--format", "{{.Id}}", "--", image];
}

export function pullArgv(image: string): Argv {
  return ["docker", "pull", "--quiet", "--", image];
}

/** Prints ids of the run's containers, stopped ones included. */
export function listArgv(runId: string): Argv {
  return ["docker", "ps", "--all", "--quiet", "--filter", `label=${runLabel}=${runId}`];
}

/** Kills and removes them. */
export function removeArgv(ids: readonly string[]): Argv {
  return ["docker", "rm", "--force", "--", ...ids];
}

/** The value of `--mount` is a line of CSV, and a folder's name may hold a comma. */
function mount(source: string, target: string): string[] {
  const field = `source=${source}`;
  const quoted = /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return ["--mount", `type=bind,${quoted},target=${target}`];
}
