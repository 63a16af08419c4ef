// Limits of a run. An empty field leaves what the file says, or else the default, which stands in it.

import { type RunLimitName, runLimits } from "../../../../src/core/limits.ts";
import { plain } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { FaultLine, type FieldProps } from "./fault-line.tsx";
import { useBenchmark } from "./use-benchmark.ts";

const names = Object.keys(runLimits) as RunLimitName[];
const endWords: Record<string, string> = {
  timed_out: "the run times out",
  failed: "the run fails",
  completed: "the agent is stopped, the world is scored as it stands",
  "error to the agent": "the call fails, and the agent is told",
  none: "nothing ends",
};

export function LimitFields({ draft, onChange, faultOf }: FieldProps) {
  const { benchmark } = useBenchmark(draft);
  const { data } = useApi("getBenchmark", { params: { id: benchmark?.id ?? "" } }, { isWanted: benchmark !== null });
  const ofFile = data?.limits ?? {};
  const isSet = names.some((name) => (draft.limits[name] ?? "") !== "");
  return (
    <details className="panel new-run-limits" open={isSet || undefined}>
      <summary>
        <h2>Limits</h2>
        <span className="soft">empty: as the file says, else the default</span>
      </summary>
      <div className="panel-body new-run-fields">
        {names.map((name) => (
          <label key={name} className="labelled" title={`when it is met: ${endWords[runLimits[name].endsAs]}`}>
            <span className="mono">{name}</span>
            <input
              className="field number"
              value={draft.limits[name] ?? ""}
              placeholder={placeholderOf(name, ofFile)}
              spellCheck={false}
              aria-invalid={faultOf(`limits.${name}`) !== null}
              onChange={({ target }) => onChange({ limits: { ...draft.limits, [name]: target.value } })}
            />
            <FaultLine message={faultOf(`limits.${name}`)} />
          </label>
        ))}
        <p className="soft new-run-note">Names end in their unit. A number sets a limit, the word none lifts it.</p>
      </div>
    </details>
  );
}

function placeholderOf(name: RunLimitName, ofFile: Record<string, unknown>): string {
  const own = ofFile[name];
  if (typeof own === "number") return `${plain(own)} (file)`;
  const usual = runLimits[name].defaults.benchmark;
  return usual === null ? "none" : plain(usual);
}
