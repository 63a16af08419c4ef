// The runner's own words about the end of its work: the finish record.

import { limitCode } from "../core/limit-code.ts";
import type { Assignment, Finish } from "../protocol/spec.ts";
import type { Control } from "./control.ts";
import type { Emit } from "./emit.ts";

export type AssignedWork = { assignment: Assignment; emit: Emit; control: Control };

/** The finish record of work that stopped because it was asked to. */
export function stopped(control: Control, checkpoint: string | null): Finish {
  switch (control.state()) {
    case "orphaned":
      return finish({ outcome: "orphaned", checkpoint });
    case "pause":
      return finish({ outcome: "paused", checkpoint });
    case "limit": {
      const { name, message } = control.limit() ?? { name: "unknown", message: "a limit was met" };
      return finish({ outcome: "limit", error: { code: limitCode(name), origin: "agent", message, limit: name } });
    }
    case "run":
    case "cancel":
      return finish({ outcome: "cancelled" });
  }
}

/** The record of work that failed; only a fault of ours that came of a cancel is one by cancel. */
export function failed(error: Finish["error"], { control }: AssignedWork): Finish {
  return finish({ outcome: "failed", error, isByCancel: control.state() === "cancel" && error?.origin === "runner" });
}

/** A finish record that holds what is said, and nothing else. */
export function finish(says: Partial<Finish> & Pick<Finish, "outcome">): Finish {
  return { error: null, checkpoint: null, isByCancel: false, ...says };
}
