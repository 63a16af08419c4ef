// Limits on runs at once over all workers, with what is used of them; they can be set and lifted here.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { parseLimitKey } from "../../../../src/core/limit-keys.ts";
import { systemLimits } from "../../../../src/core/system-limits.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { useApi, useCall } from "../../api/use-api.ts";
import { DataTable } from "../../design/data-table.tsx";
import { ErrorLine, ErrorState, Loading } from "../../design/states.tsx";

type Limit = { key: string; max: number; used: number };

export function LimitsPanel() {
  const { data, error, refetch } = useApi("listLimits", {}, { isLive: true, everyMs: 5_000 });
  return (
    <section aria-label="Limits" className="stack system-section">
      <h2>Limits over all workers</h2>
      {data === undefined ? (
        error === null ? (
          <Loading rows={3} what="Reading limits" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : (
        <>
          {data.limits.length === 0 ? (
            <p className="soft">None is set: only the slots of the workers limit how many runs there are at once.</p>
          ) : (
            <LimitTable limits={data.limits} />
          )}
          <NewLimit />
        </>
      )}
    </section>
  );
}

function useSetLimit(onDone?: () => void) {
  const queries = useQueryClient();
  return useCall("setLimit", (answer) => {
    queries.setQueryData(["listLimits", {}], answer);
    onDone?.();
  });
}

function LimitTable({ limits }: { limits: readonly Limit[] }) {
  return (
    <DataTable
      caption="Limits with what is in use"
      rows={limits}
      rowId={({ key }) => key}
      columns={[
        { id: "key", header: "On", cell: ({ key }) => <span className="mono">{key}</span> },
        {
          id: "used",
          header: "In use",
          cell: ({ used, max }) => `${grouped(used)} of ${grouped(max)}`,
          isNumber: true,
        },
        { id: "set", header: "At most", cell: (limit) => <EditLimit key={limit.max} limit={limit} /> },
      ]}
    />
  );
}

function EditLimit({ limit: { key, max } }: { limit: Limit }) {
  const [text, setText] = useState(String(max));
  const set = useSetLimit();
  const value = countIn(text);
  return (
    <form
      className="row-of"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== null && value !== max) set.mutate({ body: { key, max: value } });
      }}
    >
      <input
        className="field number system-count"
        inputMode="numeric"
        aria-label={`Runs at once of ${key}`}
        aria-invalid={value === null}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="button small" disabled={value === null || value === max || set.isPending}>
        Set
      </button>
      <button
        type="button"
        className="button small danger"
        disabled={set.isPending}
        onClick={() => set.mutate({ body: { key, max: null } })}
      >
        Lift
      </button>
      {set.error === null ? null : <ErrorLine error={set.error} />}
    </form>
  );
}

function NewLimit() {
  const [key, setKey] = useState("");
  const [max, setMax] = useState("1");
  const set = useSetLimit(() => setKey(""));
  const value = countIn(max);
  const fault = key.trim() === "" ? null : faultOf(key.trim());
  return (
    <form
      className="system-new-limit"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== null && fault === null) set.mutate({ body: { key: key.trim(), max: value } });
      }}
    >
      <label className="labelled">
        <span>New limit on</span>
        <input
          className="field mono"
          value={key}
          spellCheck={false}
          placeholder="agent:NAME, provider:NAME or label:KEY=VALUE"
          aria-invalid={fault !== null}
          onChange={({ target }) => setKey(target.value)}
        />
      </label>
      <label className="labelled">
        <span>Runs at once</span>
        <input
          className="field number system-count"
          inputMode="numeric"
          value={max}
          aria-invalid={value === null}
          onChange={({ target }) => setMax(target.value)}
        />
      </label>
      <button
        type="submit"
        className="button"
        disabled={key.trim() === "" || fault !== null || value === null || set.isPending}
      >
        Set
      </button>
      {fault === null ? null : <p className="mark warn system-fault">{fault}</p>}
      {set.error === null ? null : <ErrorLine error={set.error} />}
    </form>
  );
}

function countIn(text: string): number | null {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : null;
  return value === null || value > systemLimits.slotsMax ? null : value;
}

/** What the server would say to this key; null if it would take it. */
function faultOf(key: string): string | null {
  try {
    parseLimitKey(key);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
