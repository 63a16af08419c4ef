// Commands that take several ids do each on its own: one that is refused says why and keeps none of the others from
// being done.

import { type Problem, problemOf, RunledgerError } from "../core/errors.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import type { Context } from "./command.ts";
import { exitCodeOfProblem, exitCodes, worstExitCode } from "./exit-code.ts";
import { problemLine } from "./problem-line.ts";

/** What became of one id: words for people, or the problem. */
export type PerRun = {
  /** The whole id, or what was typed if it names no run. */
  id: string;
  /** One word or two: `cancelled`, `deleted`, `refused`. */
  result: string;
  detail: string;
  problem: Problem | null;
};

/** The work's result, or its refusal. What is no expected failure is thrown on. */
export async function orRefusal(id: string, work: () => Promise<PerRun>): Promise<PerRun> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunledgerError) || error.code === "internal.bug") throw error;
    return refused(id, error);
  }
}

function refused(id: string, error: RunledgerError): PerRun {
  return { id, result: "refused", detail: error.message, problem: problemOf(error) };
}

/** Prints the results and answers with the exit code: 0 if every one was done. */
export function tellPerRun(results: readonly PerRun[], { output }: Pick<Context, "output">): number {
  for (const { problem } of results) {
    if (problem !== null) output.warn(problemLine(problem));
  }
  if (output.isJson) output.json({ runs: results });
  else if (output.isTerminal)
    output.result(alignColumns(results.map(({ id, result, detail }) => [id.slice(-8), result, detail])).join("\n"));
  else
    output.result(
      [["run", "result", "detail"], ...results.map(({ id, result, detail }) => [id, result, detail])]
        .map(tabRow)
        .join("\n"),
    );
  return worstExitCode(results.map(({ problem }) => (problem === null ? exitCodes.ok : exitCodeOfProblem(problem))));
}
