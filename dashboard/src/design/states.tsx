// What a page shows when there is nothing to show: nothing there, not yet there, not to be had. None of these is ever a
// status of a run.

import { CircleAlert, type LucideIcon, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { problemOf } from "../../../src/core/errors.ts";

/** There is nothing, why that is so, and what would change it. */
export function EmptyState({ Icon, title, children }: { Icon?: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="state">
      {Icon === undefined ? null : <Icon size={26} aria-hidden />}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What failed, in the words of the server, with what to do and another try. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => unknown) | undefined }) {
  const { code, detail, fix } = problemOf(error);
  return (
    <div className="state is-error" role="alert">
      <CircleAlert size={26} aria-hidden />
      <h2>{detail}</h2>
      <p>{fix}</p>
      <p className="faint mono">{code}</p>
      {onRetry === undefined ? null : (
        <button type="button" className="button" onClick={() => void onRetry()}>
          <RotateCw size={14} aria-hidden />
          Try again
        </button>
      )}
    </div>
  );
}

/** A refusal within a page, in one line. */
export function ErrorLine({ error }: { error: unknown }) {
  const { code, detail, fix } = problemOf(error);
  return (
    <p className="mark bad" role="alert" style={{ whiteSpace: "normal" }} title={code}>
      <CircleAlert aria-hidden />
      <span>
        {detail}. {fix}
      </span>
    </p>
  );
}

const widths = ["62%", "48%", "71%", "55%", "66%", "44%"];

/** The shape of rows that are on their way. */
export function Loading({ rows = 6, what = "Loading" }: { rows?: number; what?: string }) {
  return (
    <div role="status" aria-label={what}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of nothing have no other name
        <div className="skeleton-row" key={row}>
          <span className="skeleton" style={{ width: widths[row % widths.length] }} />
        </div>
      ))}
    </div>
  );
}
