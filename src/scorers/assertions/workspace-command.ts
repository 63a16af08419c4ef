// `Command`: a program decides, in the workspace, when nothing of the agent runs any more.

import { z } from "zod";
import { number, text } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Subject } from "../../environments/observation.ts";
import { innerPath } from "../../environments/workspace-paths.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";

const schema = z.strictObject({
  type: z.literal("Command"),
  /** Program and arguments; no shell reads them. */
  run: z
    .array(text(z.string().max(10_000)))
    .min(1)
    .max(200),
  expect_exit: number(z.number().int().min(0).max(255)).default(0),
  /** Written by the command: a number 0 to 1, or JSON with one in `reward` or `score`. */
  reward_file: innerPath.optional(),
  timeout_s: number(z.number().positive().max(3600)).default(120),
  ...assertionFields,
});
type Fields = z.output<typeof schema>;

export const command = defineAssertion({
  list: "final_state_assertions",
  environments: ["workspace"],
  schema,
  subjects: (fields) => [subjectOf(fields)],
  claim: ({ run, expect_exit: exit, reward_file: file }) =>
    `${run.join(" ")} exits with ${exit}${file === undefined ? "" : ` and gives a reward in ${file}`}`,
  judge: (fields, { now }) => {
    const state = now.commands?.[JSON.stringify(subjectOf(fields))];
    if (state === undefined) throw new RunledgerError("scorer.failed", `${fields.run[0]} was not run`);
    const hasExit = state.exitCode === fields.expect_exit;
    const share = !hasExit ? 0 : fields.reward_file === undefined ? 1 : (state.reward ?? 0);
    const ended = state.exitCode === null ? (state.signal ?? "no exit code") : `exit ${state.exitCode}`;
    const reward = state.reward === null ? "" : `, reward ${state.reward}`;
    const fault = state.fault === null ? "" : `: ${state.fault}`;
    const said = state.tail === "" ? "" : `; ${state.tail}`;
    const expected = `exit ${fields.expect_exit}${fields.reward_file === undefined ? "" : ", reward 1"}`;
    return { held: share === 1, share, expected, actual: `${ended}${reward}${fault}${said}` };
  },
});

function subjectOf({ run, timeout_s: timeoutS, reward_file: rewardFile }: Fields): Subject {
  return { kind: "command", run, timeoutS, rewardFile: rewardFile ?? null };
}
