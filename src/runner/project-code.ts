// The project's configuration in the process of one attempt: its code is run here and nowhere else, and only as it was
// when the run was started.

import type { Config } from "../config/define-config.ts";
import { importConfig } from "../config/import-config.ts";
import { configDigestVariable, configVariable } from "../config/load-config.ts";
import { RunledgerError } from "../core/errors.ts";
import { addEnvironments } from "../environments/open-world.ts";
import { checkedEnvironment } from "../environments/project-environment.ts";
import type { Assignment } from "../protocol/spec.ts";
import { addAssertionKinds } from "../scorers/assertion-kinds.ts";

/** The configuration that came with the assignment. @throws `config.*` */
export async function importProject({ env }: Pick<Assignment, "env">): Promise<Config> {
  const path = env[configVariable] ?? "";
  const { config, digest } = await importConfig(path);
  const wanted = env[configDigestVariable];
  if (wanted !== digest) {
    const detail = `${path}, or a file that it imports, is not what it was when this run's worker read it`;
    throw new RunledgerError("config.changed", detail, { data: { wanted, digest } });
  }
  addAssertionKinds(config.scorers ?? {});
  const own = Object.entries(config.environments ?? {});
  addEnvironments(Object.fromEntries(own.map(([name, one]) => [name, checkedEnvironment(name, one)])));
  return config;
}
