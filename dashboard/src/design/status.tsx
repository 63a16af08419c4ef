// A run's status and its verdict: two things, each an icon and a word. Completed is no success by itself, so it is quiet;
// the verdict is what has a colour.

import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleMinus,
  CircleStop,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  Pause,
  TimerOff,
} from "lucide-react";
import type { RunStatus } from "../../../src/core/moves.ts";

type Mood = "good" | "bad" | "warn" | "busy" | "quiet";
type Look = { Icon: LucideIcon; mood: Mood; words: string; isTurning?: true };

const looks: Record<RunStatus, Look> = {
  queued: { Icon: Clock, mood: "quiet", words: "queued" },
  starting: { Icon: LoaderCircle, mood: "busy", words: "starting", isTurning: true },
  running: { Icon: LoaderCircle, mood: "busy", words: "running", isTurning: true },
  pausing: { Icon: Pause, mood: "warn", words: "pausing" },
  paused: { Icon: Pause, mood: "warn", words: "paused" },
  cancelling: { Icon: CircleStop, mood: "warn", words: "cancelling" },
  completed: { Icon: CircleStop, mood: "quiet", words: "completed" },
  failed: { Icon: CircleX, mood: "bad", words: "failed" },
  timed_out: { Icon: TimerOff, mood: "bad", words: "timed out" },
  cancelled: { Icon: Ban, mood: "warn", words: "cancelled" },
  lost: { Icon: CircleHelp, mood: "bad", words: "lost" },
};

/** The word of a status, as people read it. */
export function statusWords(status: RunStatus): string {
  return looks[status].words;
}

/** A status as icon and word; `isBoxed` for where it stands alone. */
export function Status({ status, isBoxed = false }: { status: RunStatus; isBoxed?: boolean }) {
  const { Icon, mood, words, isTurning } = looks[status];
  return (
    <span className={`mark ${mood}${isBoxed ? " boxed" : ""}${isTurning ? " turns" : ""}`} data-status={status}>
      <Icon aria-hidden />
      {words}
    </span>
  );
}

/** Passed, below, or nothing to pass. A run that is not completed has no verdict. */
export function Verdict({ passed, isBoxed = false }: { passed: boolean | null; isBoxed?: boolean }) {
  const box = isBoxed ? " boxed" : "";
  if (passed === null) {
    return (
      <span className={`mark quiet${box}`} data-verdict="none">
        <CircleDashed aria-hidden />
        no verdict
      </span>
    );
  }
  const [Icon, mood, words] = passed ? [CircleCheck, "good", "passed"] : [CircleMinus, "bad", "below"];
  return (
    <span className={`mark ${mood}${box}`} data-verdict={words}>
      <Icon aria-hidden />
      {words}
    </span>
  );
}
