// The folders of benchmarks: when they were read, what could not be read and why, and reading them anew.

import { useQueryClient } from "@tanstack/react-query";
import { FolderSync } from "lucide-react";
import type { Synced } from "../../../../src/protocol/http-catalog-routes.ts";
import { counted } from "../../../../src/views/number-words.ts";
import { useApi, useCall } from "../../api/use-api.ts";
import { ErrorLine } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";

export function SyncPanel() {
  const queries = useQueryClient();
  const catalog = useApi("listBenchmarks", { query: { pageSize: 1 } });
  const sync = useCall("sync", () => {
    for (const name of ["listBenchmarks", "benchmarkResults", "getBenchmark", "benchmarkSource"]) {
      void queries.invalidateQueries({ queryKey: [name] });
    }
  });
  const failed = sync.data?.failed ?? catalog.data?.failed ?? [];
  return (
    <section aria-label="Folders" className="panel sync-panel">
      <div className="panel-body row-of">
        <span className="soft">
          {catalog.data === undefined ? (
            "Folders of benchmarks"
          ) : (
            <>
              Folders last read <Time iso={catalog.data.syncedAt} />
            </>
          )}
        </span>
        <button type="button" className="button small" disabled={sync.isPending} onClick={() => sync.mutate({})}>
          <FolderSync size={13} aria-hidden />
          {sync.isPending ? "Reading…" : "Sync"}
        </button>
        <span aria-live="polite">{sync.data === undefined ? null : <Result synced={sync.data} />}</span>
      </div>
      {sync.error === null ? null : (
        <div className="panel-body">
          <ErrorLine error={sync.error} />
        </div>
      )}
      {failed.length === 0 ? null : <Failed failed={failed} />}
    </section>
  );
}

/** At most so many ids are named. */
const namedMax = 5;

function Result({ synced: { added, changed, removed, unchanged, failed } }: { synced: Synced }) {
  const parts = [
    ["added", added],
    ["changed", changed],
    ["removed", removed],
  ] as const;
  const words = parts.map(([what, ids]) => {
    const named = ids.length === 0 || ids.length > namedMax ? "" : ` (${ids.join(", ")})`;
    return `${ids.length} ${what}${named}`;
  });
  return <span>{[...words, `${unchanged} unchanged`, `${failed.length} failed`].join(" · ")}</span>;
}

function Failed({ failed }: { failed: Synced["failed"] }) {
  return (
    <div className="panel-body sync-failed">
      <h3 className="mark bad">{counted(failed.length, "file")} could not be read</h3>
      <ul>
        {failed.map(({ file, code, detail }) => (
          <li key={file}>
            <code>{file}</code> <span className="faint mono">{code}</span>
            <pre>{detail}</pre>
          </li>
        ))}
      </ul>
    </div>
  );
}
