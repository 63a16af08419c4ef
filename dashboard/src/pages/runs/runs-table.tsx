// The rows of the list: as many as are in sight, whatever their number. Arrow keys walk through them, Space selects.

// biome-ignore-all lint/a11y/useSemanticElements: rows of a table element cannot be placed one by one
// biome-ignore-all lint/a11y/useFocusableInteractive: what can be focused is within the cells

import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import { useMedia } from "../../design/use-media.ts";
import type { RunList, RunListView } from "./run-list.ts";
import { RunRow } from "./run-row.tsx";
import type { Selection } from "./selection.ts";

const [rowHeight, rowHeightNarrow] = [32, 64];
const headings = [
  ["status", "Status"],
  ["verdict", "Verdict"],
  ["id", "Run"],
  ["subject", "Subject"],
  ["agent", "Agent"],
  ["score", "Score"],
  ["note", "Notes"],
  ["started", "Started"],
  ["took", "Took"],
  ["worker", "Worker"],
] as const;

export function RunsTable(of: { list: RunList; view: RunListView; selection: Selection }) {
  const { list, view, selection } = of;
  const navigate = useNavigate();
  const scroller = useRef<HTMLElement>(null);
  const isNarrow = useMedia("(max-width: 860px)");
  const size = isNarrow ? rowHeightNarrow : rowHeight;
  const rows = useVirtualizer({
    count: view.count + (view.hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: 8,
    useFlushSync: false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height is a reason to measure
  useEffect(() => rows.measure(), [size]);
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that is there now may end before the last row in sight
  useEffect(() => list.look(first, last), [list, first, last, view]);
  return (
    <section
      className="runs-table"
      aria-label="Runs, by rows"
      ref={scroller}
      onKeyDown={(event) => walk(event, (index) => rows.scrollToIndex(index))}
      onClick={(event) => follow(event, (runId) => void navigate({ to: "/runs/$runId", params: { runId } }))}
    >
      <div role="table" aria-label="Runs" aria-rowcount={view.hasMore ? -1 : view.count + 1}>
        <RunsHead />
        <div className="runs-rows" role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <RunRow key={index} index={index} start={start} size={size} run={view.at(index)} selection={selection} />
          ))}
        </div>
      </div>
    </section>
  );
}

function RunsHead() {
  return (
    <div role="rowgroup" className="runs-head">
      <div role="row" aria-rowindex={1} className="run-row">
        <span role="columnheader">
          <span className="visually-hidden">Selected</span>
        </span>
        {headings.map(([name, words]) => (
          <span key={name} role="columnheader" className={`run-${name}`}>
            {words}
          </span>
        ))}
      </div>
    </div>
  );
}

/** A plain click on a run stays within the page; any other (a new tab, a new window) is the browser's. */
function follow(event: MouseEvent<HTMLElement>, open: (runId: string) => void): void {
  const link = (event.target as HTMLElement).closest("a");
  const runId = link?.closest<HTMLElement>("[data-run]")?.dataset.run;
  if (runId === undefined || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(runId);
}

/** Arrow keys move from row to row; a row that is out of sight is brought in first. */
function walk(event: KeyboardEvent<HTMLElement>, bring: (index: number) => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const own = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
  if (step === undefined || own === null) return;
  event.preventDefault();
  const index = Number(own.dataset.index) + step;
  const box = event.currentTarget;
  const focus = (): boolean => {
    const link = box.querySelector<HTMLElement>(`[data-index="${index}"] a`);
    link?.focus({ preventScroll: true });
    return link !== null;
  };
  if (index < 0) return;
  bring(index);
  if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
}
