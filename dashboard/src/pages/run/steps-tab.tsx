// Steps with their actions and observations, and what agents and programs said.

import { isActive } from "../../../../src/core/moves.ts";
import type { MessageBody, StepBody } from "../../../../src/protocol/http-view-routes.ts";
import { argumentWords, errorWords, valueWords } from "../../../../src/views/call-words.ts";
import { useApi } from "../../api/use-api.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Duration, Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

const stepMarks = { open: "busy", completed: "quiet", failed: "bad" } as const;
const messagesMax = 500;

export function StepsTab() {
  const { run } = usePageRun();
  const params = { id: run.id };
  // Read again when a step or a call ended, and at most as often as the fold is shown anew.
  const version = `${run.stepsDone} ${run.openCalls.length} ${run.attempt?.number} ${run.status}`;
  const steps = useApi("runSteps", { params }, { keepsLast: true, version });
  const messages = useApi("runMessages", { params, query: { limit: messagesMax } }, { keepsLast: true, version });
  const error = steps.error ?? messages.error;
  if (error !== null && (steps.data === undefined || messages.data === undefined)) {
    return <ErrorState error={error} onRetry={() => Promise.all([steps.refetch(), messages.refetch()])} />;
  }
  if (steps.data === undefined || messages.data === undefined) return <Loading what="Reading steps" />;
  const said = messages.data.items;
  return (
    <div className="tab-body scrolls stack">
      {steps.data.omitted > 0 ? (
        <p className="soft">{steps.data.omitted} earlier items are left out here; Events has all.</p>
      ) : null}
      {steps.data.steps.length === 0 && said.length === 0 ? (
        <EmptyState title="No steps and no messages yet">
          <p>They appear here as the agent works. Programs write to Logs.</p>
        </EmptyState>
      ) : null}
      {steps.data.steps.map((step) => (
        <StepPanel key={step.step} step={step} />
      ))}
      {said.length === 0 ? null : <Messages messages={said} hasMore={messages.data.next !== null} />}
    </div>
  );
}

function StepPanel({ step }: { step: StepBody }) {
  return (
    <section className="panel" aria-label={`Step ${step.name ?? step.step}`}>
      <header>
        <h2>{step.name ?? "Calls"}</h2>
        {step.name === null ? null : <Standing step={step} />}
      </header>
      <div className="panel-body">
        {step.description === null ? null : <p className="soft">{step.description}</p>}
        <ol className="calls">
          {step.actions.map((action) => (
            <li key={action.callId}>
              <p>
                <span className="mono strong">{action.tool}</span> <span>{argumentWords(action.args)}</span>
              </p>
              <Answer observation={step.observations.find(({ callId }) => callId === action.callId)} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** A step without an end is under way only while its run is; else its end was never recorded. */
function Standing({ step }: { step: StepBody }) {
  const { run } = usePageRun();
  if (step.status === "open" && !isActive(run.status)) return <span className="mark warn">no end recorded</span>;
  return (
    <>
      <span className={`mark ${stepMarks[step.status]}`}>{step.status === "open" ? "under way" : step.status}</span>
      <Duration from={step.startedAt} to={step.endedAt} />
    </>
  );
}

function Answer({ observation }: { observation: Record<string, unknown> | undefined }) {
  if (observation === undefined) return <p className="mark busy">no answer yet</p>;
  const { ok, error, result } = observation;
  const isFailed = ok === false || (error !== undefined && error !== null);
  const whole = JSON.stringify(observation, null, 2);
  return (
    <details>
      <summary className={isFailed ? "is-bad" : "soft"}>
        {isFailed ? `failed: ${errorWords(error)}` : valueWords(result ?? observation, 160)}
      </summary>
      <pre className="code-block">{whole}</pre>
    </details>
  );
}

function Messages({ messages, hasMore }: { messages: readonly MessageBody[]; hasMore: boolean }) {
  return (
    <section className="panel" aria-labelledby="messages">
      <header>
        <h2 id="messages">Messages</h2>
      </header>
      <ol className="messages">
        {messages.map((message) => (
          <li key={message.seq}>
            <p className="row-of soft">
              <strong>{message.from}</strong>
              <span className="tag">{message.kind}</span>
              <Time iso={message.at} withMs />
            </p>
            <p className="message-text">{message.text}</p>
          </li>
        ))}
      </ol>
      {hasMore ? <p className="panel-body soft">These are the first {messagesMax}; Events has all.</p> : null}
    </section>
  );
}
