// The ledger: where it is, how large, where its end is, and how far the live streams are behind that.

import { grouped, roughly } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { ErrorState, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";

const behindShownMax = 1_000;

export function LedgerPanel() {
  const { data, error, refetch } = useApi("system", {}, { everyMs: 2_000 });
  return (
    <section aria-label="Ledger" className="stack system-section">
      <h2>Ledger</h2>
      {data === undefined ? (
        error === null ? (
          <Loading rows={6} what="Reading the ledger's state" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : (
        <div className="panel">
          <dl className="facts panel-body">
            <dt>At</dt>
            <dd className="mono">{data.ledger.url}</dd>
            <dt>Database</dt>
            <dd>
              {data.ledger.server} · {data.ledger.durability}{" "}
              {data.ledger.isDurable ? null : (
                <span className="mark warn">an answered write may be lost in a crash of the database</span>
              )}
            </dd>
            <dt>Size</dt>
            <dd>
              {data.ledger.bytes === null ? "not known" : bytesWords(data.ledger.bytes)},{" "}
              {grouped(data.ledger.runs.reduce((sum, { runs }) => sum + runs, 0))} runs
            </dd>
            <dt>Position</dt>
            <dd className="mono">{data.ledger.head}</dd>
            <dt>Feed</dt>
            <dd>
              <Feed feed={data.feed} />
            </dd>
            <dt>Live streams</dt>
            <dd>{grouped(data.feed.streams)} open</dd>
            <dt>Server</dt>
            <dd>
              version {data.version}, up {roughly(data.uptimeS * 1000)}; as of <Time iso={data.computedAt} />
            </dd>
          </dl>
        </div>
      )}
    </section>
  );
}

function Feed({ feed: { behind, lagMs, heldMs } }: { feed: { behind: number; lagMs: number; heldMs: number } }) {
  return (
    <>
      {behind === 0 ? (
        <span className="mark good">at the head: 0 events behind</span>
      ) : (
        <span className="mark warn">
          {behind >= behindShownMax ? "at least " : ""}
          {grouped(behind)} events behind, the oldest for {roughly(lagMs)}
        </span>
      )}
      {heldMs === 0 ? null : <span className="mark warn"> the database holds events back for {roughly(heldMs)}</span>}
    </>
  );
}

/** `2.14 MiB (2,240,736 bytes)` */
function bytesWords(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (power === 0) return `${grouped(bytes)} bytes`;
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]} (${grouped(bytes)} bytes)`;
}
