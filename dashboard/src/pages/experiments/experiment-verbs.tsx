// Verbs on all runs of an experiment. Each asks first: what it would move, and what running it again takes at most.

import { CircleStop, Pause, Play, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { ExperimentPrice } from "../../../../src/protocol/http-page-routes.ts";
import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { unscoredCount } from "../../../../src/views/experiment-words.ts";
import { counted, dollars, grouped } from "../../../../src/views/number-words.ts";
import { useApi, useCall } from "../../api/use-api.ts";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorLine, Loading } from "../../design/states.tsx";

type Verb = "cancel" | "pause" | "resume" | "retry";

export function ExperimentVerbs({ experiment }: { experiment: ExperimentBody }) {
  const [verb, setVerb] = useState<Verb | null>(null);
  const { queued, running, paused, countedAsZero } = experiment;
  const isOpen = queued + running > 0;
  const canResume = paused > 0 || unscoredCount(experiment) > 0;
  const canRetry = unscoredCount(experiment) + Object.keys(countedAsZero).length > 0;
  const offered: { name: Verb; words: string; Icon: typeof Play; isOffered: boolean }[] = [
    {
      name: "resume",
      words: "Resume",
      Icon: Play,
      isOffered: canResume,
    },
    { name: "retry", words: "Retry", Icon: RotateCw, isOffered: canRetry },
    { name: "pause", words: "Pause", Icon: Pause, isOffered: isOpen },
    { name: "cancel", words: "Cancel", Icon: CircleStop, isOffered: isOpen || paused > 0 },
  ];
  const shown = offered.filter(({ isOffered }) => isOffered);
  return (
    <div className="row-of">
      {shown.map(({ name, words, Icon }) => (
        <button
          key={name}
          type="button"
          className={name === "cancel" ? "button danger" : "button"}
          onClick={() => setVerb(name)}
        >
          <Icon size={14} aria-hidden />
          {words}
        </button>
      ))}
      {verb === null ? null : <VerbDialog verb={verb} experiment={experiment} onClose={() => setVerb(null)} />}
    </div>
  );
}

function VerbDialog({ verb, experiment, onClose }: { verb: Verb; experiment: ExperimentBody; onClose: () => void }) {
  switch (verb) {
    case "cancel":
      return <StopDialog verb="cancel" {...{ experiment, onClose }} />;
    case "pause":
      return <StopDialog verb="pause" {...{ experiment, onClose }} />;
    case "resume":
    case "retry":
      return <StartDialog verb={verb} {...{ experiment, onClose }} />;
  }
}

const stops = {
  cancel: {
    title: "Cancel what has not ended?",
    button: "Cancel them",
    cost: "Processes are ended; what ended before stays as it is. A cancelled run can be retried.",
  },
  pause: {
    title: "Pause what has not ended?",
    button: "Pause them",
    cost: "What waits is held; what runs stops at its next safe point and keeps its finished steps.",
  },
} as const;

function StopDialog(of: { verb: "cancel" | "pause"; experiment: ExperimentBody; onClose: () => void }) {
  const { verb, experiment, onClose } = of;
  const calls = { cancel: useCall("cancelExperiment"), pause: useCall("pauseExperiment") };
  const call = calls[verb];
  const { title, button, cost } = stops[verb];
  const { queued, running, paused } = experiment;
  if (call.data !== undefined) return <Done {...call.data} onClose={onClose} />;
  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        {grouped(queued)} waiting, {grouped(running)} running
        {verb === "cancel" ? `, ${grouped(paused)} paused` : ""}.
      </p>
      <p className="soft">{cost}</p>
      <Foot call={call} onClose={onClose}>
        <button
          type="button"
          className="button danger"
          disabled={call.isPending}
          onClick={() => call.mutate({ params: { id: experiment.id } })}
        >
          {button}
        </button>
      </Foot>
    </Dialog>
  );
}

type Only = "unscored" | "failed";

function StartDialog(of: { verb: "resume" | "retry"; experiment: ExperimentBody; onClose: () => void }) {
  const { verb, experiment, onClose } = of;
  const [only, setOnly] = useState<Only>("unscored");
  const { id } = experiment;
  const query = verb === "resume" ? { verb } : { verb, only };
  const price = useApi("experimentPrice", { params: { id }, query }, { isLive: true });
  const resume = useCall("resumeExperiment");
  const retry = useCall("retryExperiment");
  const call = verb === "resume" ? resume : retry;
  if (call.data !== undefined) return <Done {...call.data} onClose={onClose} />;
  const start = (): void => {
    if (verb === "resume") resume.mutate({ params: { id } });
    else retry.mutate({ params: { id }, body: { only } });
  };
  const runs = price.data?.runs ?? 0;
  return (
    <Dialog title={verb === "resume" ? "Resume the experiment?" : "Retry runs of the experiment?"} onClose={onClose}>
      {verb === "retry" ? <WhichRuns only={only} onChoose={setOnly} /> : null}
      {price.data === undefined ? (
        price.error === null ? (
          <Loading rows={2} what="Working out what it takes" />
        ) : (
          <ErrorLine error={price.error} />
        )
      ) : (
        <Price price={price.data} />
      )}
      <Foot call={call} onClose={onClose}>
        <button
          type="button"
          className="button primary"
          disabled={call.isPending || runs === 0 || price.error !== null}
          onClick={start}
        >
          {runs === 0 ? "Nothing to run again" : `Run ${counted(runs, "run")} again`}
        </button>
      </Foot>
    </Dialog>
  );
}

function WhichRuns({ only, onChoose }: { only: Only; onChoose: (only: Only) => void }) {
  const choices: readonly (readonly [Only, string])[] = [
    ["unscored", "Unscored: ended without their agent's doing"],
    ["failed", "Failed: all that broke, timed out or was lost"],
  ];
  return (
    <fieldset className="bare stack experiment-choices">
      <legend className="soft">Which runs</legend>
      {choices.map(([name, words]) => (
        <label key={name} className="row-of">
          <input type="radio" name="only" checked={only === name} onChange={() => onChoose(name)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

/** What would be run again, and what that takes at most. */
function Price({ price }: { price: ExperimentPrice }) {
  const { runs, byStatus, modelRuns, modelCallsAtMost, tokensAtMost, costUsdAtMost, isWhole } = price;
  const what = Object.entries(byStatus).map(([status, count]) => `${grouped(count)} ${status.replace("_", " ")}`);
  const atMost = (value: string | null) => (value === null ? "no limit" : `at most ${value}`);
  return (
    <div className="stack experiment-price" aria-live="polite">
      <p>
        {runs === 0
          ? "No run is in a state for this."
          : `Would run again: ${counted(runs, "run")} (${what.join(", ")}).`}
      </p>
      {runs === 0 ? null : modelRuns === 0 ? (
        <p className="soft">None of them calls a model by itself: no model call is paid for.</p>
      ) : (
        <dl className="facts">
          <dt>Model runs</dt>
          <dd>
            {grouped(modelRuns)} of {grouped(runs)}
          </dd>
          <dt>Model calls</dt>
          <dd>{atMost(modelCallsAtMost === null ? null : grouped(modelCallsAtMost))}</dd>
          <dt>Tokens</dt>
          <dd>{atMost(tokensAtMost === null ? null : grouped(tokensAtMost))}</dd>
          <dt>Cost</dt>
          <dd>{atMost(costUsdAtMost === null ? null : dollars(costUsdAtMost))}</dd>
        </dl>
      )}
      {isWhole ? null : <p className="mark warn">There are more; only the first {grouped(runs)} are counted here.</p>}
    </div>
  );
}

function Done({ changed, left, onClose }: { changed: number; left: number; onClose: () => void }) {
  return (
    <Dialog title={`Asked ${counted(changed, "run")}`} onClose={onClose}>
      <p className="soft">
        {left === 0 ? "None was left out." : `${counted(left, "run")} had moved on meanwhile and stay as they are.`}
      </p>
      <div className="dialog-foot">
        <button type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Foot({ call, onClose, children }: { call: { error: unknown }; onClose: () => void; children: ReactNode }) {
  return (
    <>
      {call.error === null ? null : <ErrorLine error={call.error} />}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          Leave it
        </button>
        {children}
      </div>
    </>
  );
}
