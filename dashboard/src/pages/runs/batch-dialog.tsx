// Asks before a verb goes to several runs: how many it moves, which it leaves out and why; afterwards what became of them.

import { useState } from "react";
import type { PerRunBody, RunBody } from "../../../../src/protocol/http-resources.ts";
import { counted } from "../../../../src/views/number-words.ts";
import { useCall } from "../../api/use-api.ts";
import { Dialog } from "../../design/dialog.tsx";
import { RunLink } from "../../design/run-link.tsx";
import { ErrorLine } from "../../design/states.tsx";
import { type BatchVerb, planBatch } from "./batch-verb.ts";

const words: Record<BatchVerb, { title: string; done: string; cost: string }> = {
  cancel: { title: "Cancel", done: "Asked to stop", cost: "Their processes are ended; what they did so far is kept." },
  retry: {
    title: "Retry",
    done: "Queued again",
    cost: "They start anew as further attempts, and models are paid again.",
  },
  delete: { title: "Delete", done: "Deleted", cost: "Their events, logs and files go for good; the ids stay taken." },
};

export function BatchDialog(of: { verb: BatchVerb; runs: readonly RunBody[]; onClose: (isDone: boolean) => void }) {
  const { verb, runs, onClose } = of;
  // What was chosen when it was asked; what changes meanwhile, the server decides, and says so for each run.
  const [plan] = useState(() => planBatch(verb, runs));
  const cancel = useCall("batchCancel");
  const retry = useCall("batchRetry");
  const remove = useCall("batchDelete");
  const call = { cancel, retry, delete: remove }[verb];
  const { title, cost } = words[verb];
  if (call.data !== undefined) return <Done verb={verb} results={call.data.results} onClose={() => onClose(true)} />;
  return (
    <Dialog title={`${title} ${counted(plan.moves.length, "run")}?`} onClose={() => onClose(false)}>
      <p className="soft">{plan.moves.length === 0 ? "None of the chosen runs can be moved by this." : cost}</p>
      {plan.leaves.length === 0 ? null : (
        <div>
          <h3>Left out</h3>
          <ul>
            {plan.leaves.map(({ why, ids }) => (
              <li key={why}>
                {counted(ids.length, "run")}: {why}
              </li>
            ))}
          </ul>
        </div>
      )}
      {call.error === null ? null : <ErrorLine error={call.error} />}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={() => onClose(false)}>
          Leave them
        </button>
        <button
          type="button"
          className={verb === "retry" ? "button primary" : "button danger"}
          disabled={plan.moves.length === 0 || call.isPending}
          onClick={() => call.mutate({ body: { ids: plan.moves } })}
        >
          {title} {counted(plan.moves.length, "run")}
        </button>
      </div>
    </Dialog>
  );
}

function Done({ verb, results, onClose }: { verb: BatchVerb; results: readonly PerRunBody[]; onClose: () => void }) {
  const refused = results.filter(({ problem }) => problem !== null);
  return (
    <Dialog title={`${words[verb].done}: ${counted(results.length - refused.length, "run")}`} onClose={onClose}>
      {refused.length === 0 ? (
        <p className="soft">None was refused.</p>
      ) : (
        <div>
          <h3>Refused</h3>
          <ul>
            {refused.map(({ id, problem }) => (
              <li key={id}>
                <RunLink id={id} /> {problem?.detail}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
