// What can be done with the run as it stands: the verbs that the table of moves allows, and no other.

import { useNavigate } from "@tanstack/react-router";
import { Ban, Pause, Play, RotateCcw, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import type { RunledgerError } from "../../../../src/core/errors.ts";
import { commandMoves } from "../../../../src/core/moves.ts";
import { useCall } from "../../api/use-api.ts";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorLine } from "../../design/states.tsx";
import { usePageRun } from "./use-run.ts";

type Verb = "pause" | "resume" | "cancel" | "retry" | "again" | "delete";

const looks = {
  pause: { words: "Pause", Icon: Pause },
  resume: { words: "Resume", Icon: Play },
  cancel: { words: "Cancel", Icon: Ban },
  retry: { words: "Retry", Icon: RotateCw },
  again: { words: "Again", Icon: RotateCcw },
  delete: { words: "Delete", Icon: Trash2 },
} as const;

/** Asked before, since nothing brings it back. */
const questions: Partial<Record<Verb, { title: string; text: string }>> = {
  cancel: { title: "Cancel this run?", text: "Its processes are ended; what it did so far is kept." },
  delete: { title: "Delete this run?", text: "Its events, logs and files go for good; its id stays taken." },
};

export function RunVerbs() {
  const { run } = usePageRun();
  const [asked, setAsked] = useState<Verb | null>(null);
  const calls = useVerbs(run.id);
  const moves = commandMoves[run.status];
  const isOffered: Record<Verb, boolean> = {
    pause: !["refused", "same"].includes(moves.pause),
    resume: moves.resume !== "refused",
    cancel: !["refused", "same"].includes(moves.cancel),
    retry: moves.retry !== "refused",
    again: true,
    delete: moves.delete === "deleted",
  };
  const call = (verb: Verb): void => {
    setAsked(null);
    calls.mutate(verb);
  };
  return (
    <div className="row-of run-verbs">
      {(Object.keys(looks) as Verb[])
        .filter((verb) => isOffered[verb])
        .map((verb) => {
          const { words, Icon } = looks[verb];
          return (
            <button
              key={verb}
              type="button"
              className={verb === "delete" ? "button danger" : "button"}
              disabled={calls.isPending}
              onClick={() => (questions[verb] === undefined ? call(verb) : setAsked(verb))}
            >
              <Icon size={14} aria-hidden />
              {words}
            </button>
          );
        })}
      {calls.error === null ? null : <ErrorLine error={calls.error} />}
      {asked === null ? null : <Question verb={asked} onNo={() => setAsked(null)} onYes={() => call(asked)} />}
    </div>
  );
}

function Question({ verb, onNo, onYes }: { verb: Verb; onNo: () => void; onYes: () => void }) {
  const { title = "", text = "" } = questions[verb] ?? {};
  return (
    <Dialog title={title} onClose={onNo}>
      <p className="soft">{text}</p>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onNo}>
          Leave it
        </button>
        <button type="button" className="button danger" onClick={onYes}>
          {looks[verb].words} the run
        </button>
      </div>
    </Dialog>
  );
}

/** What the run becomes is not taken from the answer: the stream tells it, as it tells what others do. */
function useVerbs(id: string): { mutate: (verb: Verb) => void; isPending: boolean; error: RunledgerError | null } {
  const navigate = useNavigate();
  const open = (runId: string) => void navigate({ to: "/runs/$runId", params: { runId } });
  const pause = useCall("pauseRun");
  const resume = useCall("resumeRun");
  const cancel = useCall("cancelRun");
  const retry = useCall("retryRun");
  const again = useCall("againRun", (made) => open(made.id));
  const remove = useCall("deleteRun");
  const byVerb = { pause, resume, cancel, retry, again, delete: remove };
  const all = Object.values(byVerb);
  return {
    mutate(verb) {
      for (const one of all) one.reset();
      byVerb[verb].mutate({ params: { id } });
    },
    isPending: all.some(({ isPending }) => isPending),
    error: all.find(({ error }) => error !== null)?.error ?? null,
  };
}
