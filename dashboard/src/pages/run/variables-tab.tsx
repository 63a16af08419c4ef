// Variables of a simulation as they stand.

import { valueWords } from "../../../../src/views/call-words.ts";
import { useApi } from "../../api/use-api.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { usePageRun } from "./use-run.ts";

export function VariablesTab() {
  const { run } = usePageRun();
  const found = useApi("runVariables", { params: { id: run.id } }, { keepsLast: true, version: String(run.stepsDone) });
  if (found.error !== null && found.data === undefined)
    return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (found.data === undefined) return <Loading what="Reading variables" />;
  const entries = Object.entries(found.data.variables);
  if (entries.length === 0) {
    return (
      <EmptyState title="No variables">
        <p>{found.data.note ?? "Nothing has set one yet."}</p>
      </EmptyState>
    );
  }
  return (
    <div className="tab-body scrolls stack">
      <p className="soft">As of event {found.data.seq}.</p>
      <div className="records">
        <table>
          <caption className="visually-hidden">Variables</caption>
          <thead>
            <tr>
              <th scope="col">Variable</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(([name, value]) => (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td className="mono">{valueWords(value, 400)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
