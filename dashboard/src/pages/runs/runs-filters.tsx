// The filters over the list. They stand in the address: a list can be sent to somebody, and Back undoes a filter.

import { useNavigate } from "@tanstack/react-router";
import { SlidersHorizontal, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { client } from "../../api/client.ts";
import type { RunsSearch } from "./runs-search.ts";

/** Text filters: name in the address, what it is called, and an example. */
const texts = [
  ["benchmark", "Benchmark", "001-sol-transfer"],
  ["agent", "Agent", "deterministic"],
  ["label", "Label", "team=a"],
] as const;

type Change = { [K in keyof RunsSearch]?: RunsSearch[K] | undefined };
type FilterProps = { search: RunsSearch; set: (change: Change) => void };

export function RunsFilters({ search }: { search: RunsSearch }) {
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(Object.keys(search).some((name) => !["status", "text"].includes(name)));
  const set = (change: Change): void => {
    const next = Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== "");
    void navigate({ to: "/", search: Object.fromEntries(next) as RunsSearch });
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    set(Object.fromEntries(texts.map(([name]) => [name, String(fields.get(name) ?? "").trim() || undefined])));
  };
  return (
    <form
      className={isOpen ? "runs-filters is-open" : "runs-filters"}
      aria-label="Filters"
      onSubmit={submit}
      key={JSON.stringify(search)}
    >
      <Find search={search} set={set} />
      <button
        type="button"
        className="button filters-switch"
        aria-expanded={isOpen}
        onClick={() => setOpen((was) => !was)}
      >
        <SlidersHorizontal size={14} aria-hidden />
        Filters
      </button>
      {texts.map(([name, words, example]) => (
        <input
          key={name}
          className="field"
          name={name}
          aria-label={words}
          placeholder={words}
          title={`The whole name, as ${example}`}
          defaultValue={search[name] ?? ""}
          onBlur={(event) => {
            if (event.target.value.trim() !== (search[name] ?? "")) event.target.form?.requestSubmit();
          }}
        />
      ))}
      <Choices search={search} set={set} />
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Filter
      </button>
      {Object.keys(search).length === 0 ? null : (
        <button type="button" className="button quiet" onClick={() => void navigate({ to: "/", search: {} })}>
          <X size={14} aria-hidden />
          Clear
        </button>
      )}
    </form>
  );
}

function Find({ search, set }: FilterProps) {
  const navigate = useNavigate();
  const find = async (words: string): Promise<void> => {
    const id = await findRunId(words);
    if (id === null) set({ text: words.trim() || undefined });
    else void navigate({ to: "/runs/$runId", params: { runId: id } });
  };
  return (
    <input
      className="field wide"
      type="search"
      aria-label="Find by the beginning of the subject, or by a run's id"
      placeholder="Subject or id"
      defaultValue={search.text ?? ""}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        void find(event.currentTarget.value);
      }}
    />
  );
}

const verdicts = [
  ["true", "passed"],
  ["false", "below"],
] as const;
const kinds = [
  ["benchmark", "benchmark"],
  ["scenario", "scenario"],
  ["command", "command"],
] as const;
const orders = [["oldest", "oldest first"]] as const;

function Choices({ search, set }: FilterProps) {
  return (
    <>
      <Choice
        words="Verdict"
        value={search.passed}
        options={verdicts}
        onChoose={(passed) => set({ passed: passed as RunsSearch["passed"] })}
      />
      <Choice
        words="Kind"
        value={search.kind}
        options={kinds}
        onChoose={(kind) => set({ kind: kind as RunsSearch["kind"] })}
      />
      <Choice
        words="Order"
        value={search.order}
        first="newest first"
        options={orders}
        onChoose={(order) => set({ order: order as RunsSearch["order"] })}
      />
    </>
  );
}

/** The run that is meant by a whole id or by the last digits of one; null if these are none, or not one run's. */
async function findRunId(words: string): Promise<string | null> {
  const text = words.trim().toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  if (!/^[0-9a-f]{4,12}$/.test(text)) return null;
  try {
    const { runs } = await client.call("listRuns", { query: { tail: text, pageSize: 2 } });
    return runs.length === 1 ? (runs[0]?.id ?? null) : null;
  } catch {
    return null;
  }
}

function Choice(of: {
  words: string;
  value: string | undefined;
  first?: string;
  options: readonly (readonly [string, string])[];
  onChoose: (value: string | undefined) => void;
}) {
  const { words, value, first = `any ${words.toLowerCase()}`, options, onChoose } = of;
  const id = useId();
  return (
    <>
      <label className="visually-hidden" htmlFor={id}>
        {words}
      </label>
      <select
        id={id}
        className="field"
        value={value ?? ""}
        onChange={(event) => onChoose(event.target.value || undefined)}
      >
        <option value="">{first}</option>
        {options.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </>
  );
}
