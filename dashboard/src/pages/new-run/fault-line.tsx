// What is wrong with a field, beside it.

import type { Draft } from "./run-draft.ts";

export type FieldProps = {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
  /** What is wrong with a field; null if nothing is, or nobody has asked yet. */
  faultOf: (field: string) => string | null;
};

export function FaultLine({ message }: { message: string | null }) {
  return message === null ? null : (
    <span className="mark bad new-run-fault" role="alert">
      {message}
    </span>
  );
}
