// An environment that a project adds: the port's two ways to a world, with what benchmark files may say about it. A
// benchmark is read where only the description is known, so state and options are checked once more here, by the code.

import { z } from "zod";
import { RunledgerError } from "../core/errors.ts";
import type { Environment, World, WorldSetup, WorldSnapshot } from "./environment.ts";

export type ProjectEnvironment = Environment & {
  /** One entry of `initial_state`; without it a benchmark may declare none. */
  state?: z.ZodType;
  /** `environment_options`; without it there are none. */
  options?: z.ZodType;
  /** Names of the tools that its worlds offer: what `tools` and solutions of a benchmark may name. */
  toolNames: readonly string[];
};

/** What a project's environment makes a world of: state and options as its schemas parsed them. */
export type ProjectSetup<State, Options> = Pick<WorldSetup, "seed" | "place"> & {
  initialState: readonly State[];
  options: Options;
};

type NoOptions = z.ZodObject<Record<never, never>, z.core.$strict>;

/**
 * Declares an environment; its functions get state and options as the schemas parsed them.
 * @param environment.restore Makes the world of a snapshot, maybe in another process; the setup is that of `open`.
 */
export function defineEnvironment<
  State extends z.ZodType = z.ZodNever,
  Options extends z.ZodType = NoOptions,
>(environment: {
  state?: State;
  options?: Options;
  toolNames: readonly string[];
  open(setup: ProjectSetup<z.output<State>, z.output<Options>>): Promise<World>;
  restore(setup: ProjectSetup<z.output<State>, z.output<Options>>, snapshot: WorldSnapshot): Promise<World>;
}): ProjectEnvironment {
  return environment as unknown as ProjectEnvironment;
}

const noState = z.never("this environment has no state to declare");
const noOptions = z.strictObject({});

/** The schemas by which what a benchmark says is checked. */
export function schemasOf({ state, options }: ProjectEnvironment): { state: z.ZodType; options: z.ZodType } {
  return { state: state ?? noState, options: options ?? noOptions };
}

/**
 * The environment behind the port: what it is given is parsed by its schemas, and its worlds are what it declared.
 * @throws from both ways: `benchmark.invalid` for what its schemas refuse, `environment.failed` for a world that
 * offers other tools than were declared.
 */
export function checkedEnvironment(name: string, environment: ProjectEnvironment): Environment {
  return {
    async open(setup) {
      return checkedWorld(name, environment, await environment.open(parsedSetup(environment, setup)));
    },
    async restore(setup, snapshot) {
      return checkedWorld(name, environment, await environment.restore(parsedSetup(environment, setup), snapshot));
    },
  };
}

function parsedSetup(environment: ProjectEnvironment, setup: WorldSetup): WorldSetup {
  const { state, options } = schemasOf(environment);
  const parse = (schema: z.ZodType, value: unknown, place: string): unknown => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = [place, ...(issue?.path ?? []).map(String)].join(".");
    throw new RunledgerError("benchmark.invalid", `${path}: ${issue?.message}`);
  };
  return {
    ...setup,
    initialState: setup.initialState.map((entry, index) => parse(state, entry, `initial_state[${index}]`)),
    options: parse(options, setup.options, "environment_options"),
  };
}

async function checkedWorld(name: string, { toolNames }: ProjectEnvironment, world: World): Promise<World> {
  const offered = world.tools.map((tool) => tool.name);
  if (offered.length === toolNames.length && offered.every((one) => toolNames.includes(one))) return world;
  await world[Symbol.asyncDispose]();
  const detail = `the environment ${name} offers the tools ${list(offered)}, and its toolNames are ${list(toolNames)}`;
  throw new RunledgerError("environment.failed", detail);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
