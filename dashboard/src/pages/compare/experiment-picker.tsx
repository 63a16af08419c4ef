// Chooses one of the two experiments: from the newest, or by its id.

import { shortId } from "../../../../src/core/ids.ts";
import { counted } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { localTime } from "../../design/time.tsx";
import { IdPicker, type PickerProps } from "./run-picker.tsx";

const offeredMax = 100;

export function ExperimentPicker(of: PickerProps) {
  const experiments = useApi("listExperiments", { query: { pageSize: offeredMax } });
  const options = (experiments.data?.experiments ?? []).map(({ id, name, agents, planned, plannedAt }) => {
    const who = agents.map((agent) => agent.name).join(", ");
    return { id, words: [name ?? shortId(id), who, counted(planned, "run"), localTime(plannedAt)].join(" · ") };
  });
  return <IdPicker {...of} options={options} isListing={experiments.isPending} what="experiment" />;
}
