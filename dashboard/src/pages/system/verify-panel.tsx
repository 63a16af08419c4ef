// Verification on demand: runs are folded anew and held against projections, journals and files.

import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { Routes } from "../../../../src/protocol/http.ts";
import type { AnswerOf } from "../../../../src/protocol/http-route.ts";
import { counted, duration } from "../../../../src/views/number-words.ts";
import { useCall } from "../../api/use-api.ts";
import { DataTable } from "../../design/data-table.tsx";
import { RunLink } from "../../design/run-link.tsx";
import { ErrorLine } from "../../design/states.tsx";
import { Duration, Time } from "../../design/time.tsx";

type Verified = AnswerOf<Routes["verify"]>;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function VerifyPanel() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState<{ from: string; to: string | null; of: string } | null>(null);
  const verify = useCall("verify", () => setAsked((last) => last && { ...last, to: new Date().toISOString() }));
  const ids = text.split(/[\s,]+/).filter((one) => one !== "");
  const strange = ids.filter((id) => !uuid.test(id));
  const start = (): void => {
    const of = ids.length === 0 ? "the whole ledger" : counted(ids.length, "run");
    setAsked({ from: new Date().toISOString(), to: null, of });
    verify.mutate(ids.length === 0 ? {} : { body: { ids } });
  };
  return (
    <section aria-label="Verification" className="stack system-section">
      <h2>Verification</h2>
      <form
        className="system-verify"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <label className="labelled">
          <span>Runs by their whole ids; none is the whole ledger</span>
          <input
            className="field mono"
            value={text}
            spellCheck={false}
            aria-invalid={strange.length > 0}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={verify.isPending || strange.length > 0}>
          <ShieldCheck size={14} aria-hidden />
          {verify.isPending ? "Verifying…" : "Verify"}
        </button>
      </form>
      {strange.length === 0 ? null : <p className="mark warn">No whole id: {strange[0]}</p>}
      <div aria-live="polite" className="stack">
        {verify.isPending && asked !== null ? (
          <p className="soft">
            Folding {asked.of} anew, for <Duration from={asked.from} to={null} />. The server goes on meanwhile.
          </p>
        ) : null}
        {verify.error === null ? null : <ErrorLine error={verify.error} />}
        {verify.data === undefined || asked === null || verify.isPending ? null : (
          <Result verified={verify.data} asked={asked} />
        )}
      </div>
    </section>
  );
}

function Result({ verified, asked }: { verified: Verified; asked: { from: string; to: string | null; of: string } }) {
  const { isClean, findings, hasMore } = verified;
  const took = asked.to === null ? null : duration(Date.parse(asked.to) - Date.parse(asked.from));
  return (
    <>
      <p className={isClean ? "mark good" : "mark bad"} style={{ whiteSpace: "normal" }}>
        {isClean
          ? `No difference in ${asked.of}: events, projections, journals and files agree.`
          : `${hasMore ? "More than " : ""}${counted(findings.length, "difference")} in ${asked.of}.`}
      </p>
      <p className="soft">
        <Time iso={asked.to} />
        {took === null ? "" : `, took ${took}`}
      </p>
      {findings.length === 0 ? null : (
        <DataTable
          caption="Differences"
          rows={findings.map((finding, index) => ({ ...finding, index }))}
          rowId={({ index }) => String(index)}
          columns={[
            { id: "run", header: "Run", cell: ({ runId }) => (runId === null ? "–" : <RunLink id={runId} />) },
            { id: "position", header: "Position", cell: ({ position }) => position ?? "–", isNumber: true },
            { id: "kind", header: "Kind", cell: ({ kind }) => <span className="mono">{kind}</span> },
            { id: "detail", header: "What differs", cell: ({ detail }) => detail },
          ]}
        />
      )}
    </>
  );
}
