// The operations of the port that write, each a member of the process's group commits.

import { RunledgerError } from "../../core/errors.ts";
import type { Experiment } from "../../core/experiment.ts";
import type { Run } from "../../core/run.ts";
import { type EventRow, eventOfRow } from "../event-row.ts";
import type { ExecutedText } from "../execute.ts";
import { executed } from "../executed.ts";
import type { IngestedText } from "../ingest.ts";
import type { Ledger } from "../ledger.ts";
import type { ClaimWrite, Write } from "./members.ts";
import type { Writer } from "./writer.ts";

export type WriteOperations = Pick<
  Ledger,
  | ("execute" | "executeAll" | "claim" | "ingest" | "conclude" | "record" | "planExperiment")
  | ("importRun" | "copyRun" | "copyPlan" | "putLog")
>;

/** @param of.getExperiment Reads one that was just planned. */
export function writeOperations(
  of: { writer: Writer<Write>; claimer: Writer<ClaimWrite> } & Pick<Ledger, "getExperiment">,
): WriteOperations {
  const { writer, claimer, getExperiment } = of;
  return {
    execute: async (runId, command, actor) => executed(await writer.write({ name: "execute", runId, command, actor })),
    executeAll: async (commands, actor) =>
      (await writer.write<ExecutedText[]>({ name: "executeAll", commands, actor })).map(executed),
    async claim(by, can) {
      const text = await claimer.write<ExecutedText | null>({ name: "claim", by, can });
      return text === null ? null : executed(text);
    },
    async ingest(batch) {
      const { state, ...rest } = await writer.write<IngestedText>({ name: "ingest", batch });
      return { run: JSON.parse(state) as Run, ...rest };
    },
    conclude: async (conclusion) => executed(await writer.write({ name: "conclude", conclusion })),
    record: async (event, actor) => eventOfRow(await writer.write<EventRow>({ name: "record", event, actor })),
    async planExperiment(plan, actor) {
      await writer.write({ name: "plan", plan, actor });
      return planned(await getExperiment(plan.id), plan.id);
    },
    importRun: async (runId, events) =>
      (await writer.write<{ isNew: boolean }>({ name: "import", runId, events })).isNew,
    copyRun: async (runId, rows) => (await writer.write<{ isNew: boolean }>({ name: "copyRun", runId, rows })).isNew,
    async copyPlan(row) {
      await writer.write({ name: "copyPlan", row });
    },
    async putLog(chunks) {
      await writer.write({ name: "putLog", chunks });
    },
  };
}

function planned(experiment: Experiment | null, id: string): Experiment {
  if (experiment !== null) return experiment;
  throw new RunledgerError("internal.bug", `experiment ${id} was planned and is not there`);
}
