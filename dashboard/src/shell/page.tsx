// The head and body of a page. It names the browser's tab, too.

import { type ReactNode, useEffect } from "react";

/** `fills`: its list takes the rest of the height and scrolls by itself. `actions` stand at the head's end. */
export function Page(of: { title: string; actions?: ReactNode; fills?: boolean; children: ReactNode }) {
  const { title, actions, fills = false, children } = of;
  useTabTitle(title);
  return (
    <div className={fills ? "page fills" : "page stack"}>
      <div className="page-head">
        <h1>{title}</h1>
        {actions}
      </div>
      {children}
    </div>
  );
}

/** Names the browser's tab. */
export function useTabTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Runledger`;
  }, [title]);
}
