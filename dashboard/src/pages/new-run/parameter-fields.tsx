// Parameters of a run beside its subject and agent: seed, trials, name, labels, priority, tries.

import type { ReactNode } from "react";
import { priorities } from "../../../../src/protocol/http-resources.ts";
import { FaultLine, type FieldProps } from "./fault-line.tsx";

const counts = [
  ["seed", "Seed (empty: random)"],
  ["trials", "Trials"],
  ["retries", "Further tries if it breaks"],
] as const;

export function ParameterFields({ draft, onChange, faultOf }: FieldProps) {
  return (
    <section className="panel" aria-label="Parameters">
      <header>
        <h2>How</h2>
      </header>
      <div className="panel-body new-run-fields">
        {counts.map(([name, label]) => (
          <Field key={name} label={label} fault={faultOf(name)}>
            <input
              className="field number"
              inputMode="numeric"
              value={draft[name]}
              aria-invalid={faultOf(name) !== null}
              onChange={({ target }) => onChange({ [name]: target.value })}
            />
          </Field>
        ))}
        <Field label="Priority" fault={null}>
          <select
            className="field"
            value={draft.priority}
            onChange={({ target }) =>
              onChange({ priority: priorities.find((one) => one === target.value) ?? "normal" })
            }
          >
            {priorities.map((priority) => (
              <option key={priority}>{priority}</option>
            ))}
          </select>
        </Field>
        <Field label="Name (optional)" fault={faultOf("name")}>
          <input
            className="field"
            value={draft.name}
            maxLength={200}
            onChange={({ target }) => onChange({ name: target.value })}
          />
        </Field>
        <Field label="Labels, KEY=VALUE a line" fault={faultOf("labels")}>
          <textarea
            className="field mono"
            rows={2}
            value={draft.labels}
            spellCheck={false}
            aria-invalid={faultOf("labels") !== null}
            onChange={({ target }) => onChange({ labels: target.value })}
          />
        </Field>
      </div>
    </section>
  );
}

function Field({ label, fault, children }: { label: string; fault: string | null; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
    <label className="labelled">
      <span>{label}</span>
      {children}
      <FaultLine message={fault} />
    </label>
  );
}
