// What was called in which order, drawn. The drawing program is large and is read only here.

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { shortId } from "../../../../src/core/ids.ts";
import { client } from "../../api/client.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { useAttemptRange } from "./attempt-range.ts";
import { download } from "./download.ts";
import { MermaidDiagram } from "./mermaid-diagram.tsx";
import { usePageRun } from "./use-run.ts";

export function FlowTab() {
  const { run } = usePageRun();
  const { attempt } = useAttemptRange();
  const version = `${run.stepsDone} ${run.openCalls.length} ${run.attempt?.number} ${run.status}`;
  const flow = useQuery({
    queryKey: ["flow", run.id, attempt, version],
    queryFn: ({ signal }) =>
      client.text("runFlow", "text/plain", {
        params: { id: run.id },
        query: attempt === null ? {} : { attempt },
        signal,
      }),
    placeholderData: (last) => last,
  });
  if (flow.error !== null && flow.data === undefined) return <ErrorState error={flow.error} onRetry={flow.refetch} />;
  if (flow.data === undefined) return <Loading what="Reading the flow" />;
  const name = `flow-${shortId(run.id)}${attempt === null ? "" : `-${attempt}`}`;
  const text = flow.data;
  return (
    <div className="tab-body scrolls stack">
      <div className="row-of">
        <button type="button" className="button small" onClick={() => download(`${name}.mmd`, text)}>
          <Download size={14} aria-hidden />
          Mermaid text
        </button>
        <CopyButton text={text} what="the Mermaid text" />
      </div>
      <MermaidDiagram text={text} name={name} />
    </div>
  );
}
