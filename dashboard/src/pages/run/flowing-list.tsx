// A list of things of any height, of which only those in sight are drawn, and which reads on before its end is reached.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

/** So few are drawn all at once: the browser's own search finds what is in them. */
const drawnAtOnce = 120;
/** So many before the end the next page is asked for. */
const isNear = 15;

export function FlowingList<T>(of: {
  label: string;
  rows: readonly T[];
  keyOf: (row: T) => number | string;
  /** A first guess of a row's height in pixels; it is measured when it is drawn. */
  height: (row: T) => number;
  render: (row: T, index: number) => ReactNode;
  /** Asks for what comes after the last row; called again until nothing is near its end. */
  more: () => void;
  /** Stands after the last row. */
  tail?: ReactNode;
  className?: string;
}) {
  const { label, rows, keyOf, height, render, more, tail, className = "" } = of;
  const scroller = useRef<HTMLElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keyOf(rows[index] as T),
    estimateSize: (index) => height(rows[index] as T),
    overscan: rows.length <= drawnAtOnce ? drawnAtOnce : 8,
    useFlushSync: false,
  });
  const items = list.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? -1) >= rows.length - isNear;
  useEffect(() => {
    if (isNearEnd) more();
  }, [isNearEnd, more]);
  return (
    <section
      className={`flowing-list ${className}`}
      ref={scroller}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
    >
      <ol style={{ height: list.getTotalSize() }}>
        {items.map(({ index, key, start }) => (
          <li key={key} ref={list.measureElement} data-index={index} style={{ transform: `translateY(${start}px)` }}>
            {render(rows[index] as T, index)}
          </li>
        ))}
      </ol>
      {tail}
    </section>
  );
}
