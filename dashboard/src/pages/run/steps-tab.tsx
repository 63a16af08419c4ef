// What the agents of a run did and said, from the first step to the last: steps, calls with their answers, messages.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { counted } from "../../../../src/views/number-words.ts";
import { EmptyState, ErrorLine, ErrorState, Loading } from "../../design/states.tsx";
import { useAttemptRange } from "./attempt-range.ts";
import { FlowingList } from "./flowing-list.tsx";
import type { RunSearch } from "./run-search.ts";
import { StoryItem } from "./story-item.tsx";
import { callTypes, frameTypes, messageTypes, type PlacedRow, storyOf } from "./transcript.ts";
import { type EventPages, useEventPages } from "./use-event-pages.ts";
import { usePageRun } from "./use-run.ts";
import "./story.css";

const choices = {
  all: { words: "Everything", types: [...frameTypes, ...callTypes, ...messageTypes] },
  calls: { words: "Steps and calls", types: [...frameTypes, ...callTypes] },
  messages: { words: "Messages", types: [...frameTypes, ...messageTypes] },
} as const;
type Choice = keyof typeof choices;

export function StepsTab() {
  const { show = "all" } = useSearch({ strict: false }) as RunSearch;
  return <Story key={show} show={show} />;
}

function Story({ show }: { show: Choice }) {
  const { run } = usePageRun();
  const { attempt } = useAttemptRange();
  const pages = useEventPages(choices[show].types);
  const withAttempts = attempt === null && (run.attempt?.number ?? 0) > 1;
  const rows = useMemo(() => storyOf(pages.events, { withAttempts }), [pages.events, withAttempts]);
  if (pages.error !== null && rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.retry} />;
  const isEmpty = rows.length === 0 && pages.isWhole;
  return (
    <div className="tab-body story-tab">
      <StoryBar show={show} rows={rows} isWhole={pages.isWhole} />
      {rows.length === 0 && !pages.isWhole ? (
        <Loading what="Reading steps" />
      ) : isEmpty ? (
        <EmptyState title={show === "messages" ? "No messages yet" : "No steps and no messages yet"}>
          <p>They appear here as the agent works. Programs write to Logs.</p>
        </EmptyState>
      ) : (
        <FlowingList
          label="Steps, calls and messages"
          className="story"
          rows={rows}
          keyOf={({ seq }) => seq}
          height={heightOf}
          render={(row) => <StoryItem row={row} />}
          more={pages.more}
          tail={<Tail pages={pages} />}
        />
      )}
    </div>
  );
}

function StoryBar({ show, rows, isWhole }: { show: Choice; rows: readonly PlacedRow[]; isWhole: boolean }) {
  const { run } = usePageRun();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as RunSearch;
  const choose = (next: Choice): void => {
    const { show: _show, ...rest } = search;
    const params = { runId: run.id, tab: "steps" };
    void navigate({ to: "/runs/$runId/$tab", params, search: next === "all" ? rest : { ...rest, show: next } });
  };
  const sums = { step: 0, call: 0, message: 0, attempt: 0 };
  for (const { kind } of rows) sums[kind] += 1;
  return (
    <div className="row-of">
      <label className="row-of">
        <span className="soft">Show</span>
        <select className="field" value={show} onChange={(event) => choose(event.target.value as Choice)}>
          {Object.entries(choices).map(([name, { words }]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <span className="soft number" role="status">
        {[
          ...(sums.step === 0 ? [] : [counted(sums.step, "step")]),
          ...(show === "messages" ? [] : [counted(sums.call, "call")]),
          ...(show === "calls" ? [] : [counted(sums.message, "message")]),
        ].join(", ")}
        {isWhole ? "" : " so far; more come as you scroll"}
      </span>
    </div>
  );
}

function Tail({ pages }: { pages: EventPages }) {
  if (pages.error !== null) {
    return (
      <div className="row-of">
        <ErrorLine error={pages.error} />
        <button type="button" className="button small" onClick={() => void pages.retry()}>
          Try again
        </button>
      </div>
    );
  }
  return pages.isWhole ? null : <Loading rows={2} what="Reading on" />;
}

function heightOf(row: PlacedRow): number {
  if (row.kind !== "message") return row.kind === "call" ? 56 : 44;
  return 48 + 20 * Math.min(16, Math.ceil(row.message.text.length / 110));
}
