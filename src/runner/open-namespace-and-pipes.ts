// Where a program will be, and what it will print into: its namespace, and real pipes that INIT makes on its way.

import { join } from "node:path";
import type { Concealment } from "../protocol/program.ts";
import { openNamespace, type ProgramNamespace } from "./namespace.ts";
import { makeNamedPipes, type OutputPipe, openOutputPipes } from "./output-pipe.ts";

export type Opened = {
  namespace: ProgramNamespace | { why: string };
  /** For stdout and stderr; null where they cannot be had. */
  pipes: OutputPipe[] | null;
};

/**
 * Must be called from the main thread.
 * @param tag Tells the names of these pipes, which they have for a moment, from others'
 */
export async function openNamespaceAndPipes(
  of: { containment: "pidns" | "sweep"; conceal?: Concealment; network?: "inherit" | "none"; attemptDir: string },
  tag: string,
): Promise<Opened> {
  const { containment, conceal = null, network = "inherit", attemptDir } = of;
  const names = ["out", "err"].map((end) => join(attemptDir, `pipes-${tag}.${end}`));
  // From behind a concealment INIT may not see the folder.
  const isByInit = containment === "pidns" && conceal === null;
  const [namespace] = await Promise.all([
    containment === "sweep"
      ? { why: "chosen by the worker" }
      : openNamespace({ conceal, hasNetwork: network === "inherit", pipes: isByInit ? names : [] }),
    isByInit ? null : makeIfPossible(names),
  ]);
  if (isByInit && "why" in namespace) await makeIfPossible(names);
  return { namespace, pipes: openIfThere(names) };
}

async function makeIfPossible(names: readonly string[]): Promise<void> {
  await makeNamedPipes(names).catch(() => {}); // shows when they are opened
}

/** Whatever is in the way, there are others instead. */
function openIfThere(names: readonly string[]): OutputPipe[] | null {
  try {
    return openOutputPipes(names);
  } catch {
    return null;
  }
}
