// The choice of agents for a new run: those that the server knows, each with what it lacks, and any model by its name.

import { useId, useState } from "react";
import type { ListedAgent } from "../../../src/protocol/http-catalog-routes.ts";
import { useApi } from "../api/use-api.ts";
import { ErrorLine, Loading } from "./states.tsx";

/** Replays a file of tool calls, which a request cannot name. */
const notHere = ["scripted"];

export type AgentChoiceProps = {
  chosen: readonly string[];
  onChoose: (agents: readonly string[]) => void;
  /** One alone, or several. */
  isOne?: boolean;
};

export function AgentChoice({ chosen, onChoose, isOne = false }: AgentChoiceProps) {
  const { data, error } = useApi("listAgents", {});
  const name = useId();
  if (data === undefined)
    return error === null ? <Loading rows={3} what="Reading agents" /> : <ErrorLine error={error} />;
  const single = data.agents.filter((agent) => !agent.name.endsWith(":*") && !notHere.includes(agent.name));
  const providers = data.agents.filter((agent) => agent.name.endsWith(":*"));
  const typed = chosen.filter((agent) => !single.some((one) => one.name === agent));
  const toggle = (agent: string, isChosen: boolean): void => {
    if (isOne) onChoose([agent]);
    else onChoose(isChosen ? [...chosen, agent] : chosen.filter((one) => one !== agent));
  };
  return (
    <fieldset className="bare agent-choice">
      <legend>{isOne ? "Agent" : "Agents"}</legend>
      {single.map((agent) => (
        <label key={agent.name} className="row-of">
          <input
            type={isOne ? "radio" : "checkbox"}
            name={name}
            checked={chosen.includes(agent.name)}
            onChange={({ target }) => toggle(agent.name, target.checked)}
          />
          <span>{agent.name}</span>
          <Readiness agent={agent} />
        </label>
      ))}
      <OtherModel
        providers={providers}
        value={typed.join(", ")}
        onChange={(models) => {
          const kept = chosen.filter((agent) => !typed.includes(agent));
          onChoose(isOne ? models.slice(0, 1) : [...kept, ...models]);
        }}
      />
    </fieldset>
  );
}

function Readiness({ agent }: { agent: ListedAgent }) {
  if (!agent.isReady)
    return <span className="mark warn agent-lacks">this server lacks {agent.missing.join(", ")}</span>;
  return agent.reference ? <span className="tag">reference</span> : null;
}

function OtherModel(of: { providers: readonly ListedAgent[]; value: string; onChange: (models: string[]) => void }) {
  const { providers, value, onChange } = of;
  const [text, setText] = useState(value);
  const [id, hintId] = [useId(), useId()];
  const names = text.split(/[\s,]+/).filter((one) => one !== "");
  const strange = names.filter((one) => !providers.some((agent) => one.startsWith(agent.name.slice(0, -1))));
  const lacking = providers.filter(
    (agent) => !agent.isReady && names.some((one) => one.startsWith(agent.name.slice(0, -1))),
  );
  const missing = [...new Set(lacking.flatMap((agent) => agent.missing))];
  return (
    <div className="labelled">
      <label htmlFor={id} className="soft">
        Any model, as provider:model
      </label>
      <input
        id={id}
        className="field mono"
        value={text}
        spellCheck={false}
        aria-describedby={hintId}
        placeholder="openai:gpt-5"
        onChange={({ target }) => {
          setText(target.value);
          onChange(target.value.split(/[\s,]+/).filter((one) => one !== ""));
        }}
      />
      <span id={hintId} className={strange.length > 0 || missing.length > 0 ? "mark warn agent-lacks" : "faint"}>
        {strange.length > 0
          ? `no known provider: ${strange.join(", ")}`
          : missing.length > 0
            ? `this server lacks ${missing.join(", ")}; the run would wait for a worker that has it`
            : `providers: ${providers.map((agent) => agent.name.slice(0, -2)).join(", ")}`}
      </span>
    </div>
  );
}
