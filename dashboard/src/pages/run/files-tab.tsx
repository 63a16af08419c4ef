// Files that the run kept; each is handed over as an attachment and never shown within the page.

import { Download } from "lucide-react";
import { grouped } from "../../../../src/views/number-words.ts";
import { client } from "../../api/client.ts";
import { useApi } from "../../api/use-api.ts";
import { DataTable } from "../../design/data-table.tsx";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

export function FilesTab() {
  const { run } = usePageRun();
  const params = { id: run.id };
  const found = useApi("runFiles", { params }, { keepsLast: true, version: run.status });
  if (found.error !== null && found.data === undefined)
    return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (found.data === undefined) return <Loading what="Reading files" />;
  if (found.data.files.length === 0) {
    return (
      <EmptyState title="No files">
        <p>The session file is written when a run has ended; what a run keeps by itself stands here, too.</p>
      </EmptyState>
    );
  }
  return (
    <div className="tab-body scrolls">
      <DataTable
        caption="Files of the run"
        rows={found.data.files}
        rowId={(file) => `${file.attempt ?? ""}/${file.name}`}
        columns={[
          {
            id: "name",
            header: "Name",
            sortBy: (file) => file.name,
            cell: (file) => (
              <a href={client.urlOf("runFile", { params: { ...params, name: file.name } })} download className="mono">
                <Download size={13} aria-hidden /> {file.name}
              </a>
            ),
          },
          {
            id: "bytes",
            header: "Bytes",
            isNumber: true,
            sortBy: (file) => file.bytes,
            cell: (file) => grouped(file.bytes),
          },
          { id: "attempt", header: "Attempt", isNumber: true, cell: (file) => file.attempt ?? "–" },
          { id: "at", header: "Kept at", cell: (file) => <Time iso={file.at} /> },
          {
            id: "digest",
            header: "Digest",
            cell: (file) => <span className="id faint">{file.digest?.slice(0, 19) ?? "–"}</span>,
          },
        ]}
      />
    </div>
  );
}
