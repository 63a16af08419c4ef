// The table of commands. Each is loaded only when it is asked for, so that start-up stays fast.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Command } from "./command.ts";

/** In the order of the help. */
const loaders: Record<string, () => Promise<Command>> = {
  run: async () => (await import("./run.ts")).runCommand,
  exec: async () => (await import("./exec.ts")).execCommand,
  ls: async () => (await import("./ls.ts")).lsCommand,
  show: async () => (await import("./show.ts")).showCommand,
  why: async () => (await import("./why.ts")).whyCommand,
  logs: async () => (await import("./logs.ts")).logsCommand,
  watch: async () => (await import("./watch.ts")).watchCommand,
  diff: async () => (await import("./diff.ts")).diffCommand,
  cancel: async () => (await import("./cancel.ts")).cancelCommand,
  pause: async () => (await import("./pause.ts")).pauseCommand,
  resume: async () => (await import("./resume.ts")).resumeCommand,
  retry: async () => (await import("./retry.ts")).retryCommand,
  again: async () => (await import("./again.ts")).againCommand,
  rm: async () => (await import("./rm.ts")).rmCommand,
  prune: async () => (await import("./prune.ts")).pruneCommand,
  export: async () => (await import("./export.ts")).exportCommand,
  import: async () => (await import("./import.ts")).importCommand,
  push: async () => (await import("./push.ts")).pushCommand,
  sync: async () => (await import("./sync.ts")).syncCommand,
  check: async () => (await import("./check.ts")).checkCommand,
  schema: async () => (await import("./schema.ts")).schemaCommand,
  worker: async () => (await import("./worker.ts")).workerCommand,
  agents: async () => (await import("./agents.ts")).agentsCommand,
  limits: async () => (await import("./limits.ts")).limitsCommand,
  serve: async () => (await import("./serve.ts")).serveCommand,
  token: async () => (await import("./token.ts")).tokenCommand,
  migrate: async () => (await import("./migrate.ts")).migrateCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
  rebuild: async () => (await import("./rebuild.ts")).rebuildCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
};

/** Commands that are planned, with the capability they come with: named in their refusal, so nobody looks for a typo. */
const laterCommands: Record<string, string> = {
  demo: "simulations",
  set: "simulations",
  fork: "simulations",
};

export const commandNames: readonly string[] = Object.keys(loaders);

/** Loads the command of this name; an unknown one is refused with the nearest names. */
export async function loadCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load !== undefined) return load();
  if (Object.hasOwn(laterCommands, name)) {
    const detail = `${name} is not in this build yet; it comes with ${laterCommands[name]}`;
    throw new RunledgerError("usage.not-yet", detail, { data: { name } });
  }
  throw new RunledgerError(
    "usage.unknown-command",
    `there is no command ${JSON.stringify(name)}${didYouMean(name, commandNames)}`,
    {
      data: { name, nearest: nearestNames(name, commandNames) },
    },
  );
}

/** Every command, loaded; for the help and the docs. */
export async function loadAllCommands(): Promise<Command[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}
