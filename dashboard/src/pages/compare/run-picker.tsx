// Chooses one of the two runs: from the newest, or by its id.

import { useEffect, useId, useState } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { useApi } from "../../api/use-api.ts";
import { localTime } from "../../design/time.tsx";

/** Runs that are offered; others are found by their id. */
const offeredMax = 100;

export type PickerProps = { side: "A" | "B"; value: string | null; onPick: (id: string) => void };

export function RunPicker({ side, value, onPick }: PickerProps) {
  const runs = useApi("listRuns", { query: { pageSize: offeredMax } });
  const options = (runs.data?.runs ?? []).map((run) => ({ id: run.id, words: wordsOf(run) }));
  return <IdPicker {...{ side, value, onPick, options }} isListing={runs.isPending} what="run" />;
}

function wordsOf({ id, name, subject, agent, status, passed, queuedAt }: RunBody): string {
  const verdict = status !== "completed" ? status : passed === null ? "no verdict" : passed ? "passed" : "below";
  return [shortId(id), name ?? subject.id, agent?.name ?? "no agent", verdict, localTime(queuedAt)].join(" · ");
}

type Options = readonly { id: string; words: string }[];
/** `isListing`: the options are still being read. */
type IdPickerProps = PickerProps & { what: "run" | "experiment"; options: Options; isListing: boolean };

/** A field that takes an id, the end of one that is offered, or one of the list. */
export function IdPicker(of: IdPickerProps) {
  const { side, value, what, options } = of;
  const [text, setText] = useState(value ?? "");
  const { problem, take } = useLookup(of);
  const [listId, problemId] = [useId(), useId()];
  return (
    <form
      className="labelled compare-picker"
      onSubmit={(event) => {
        event.preventDefault();
        take(text);
      }}
    >
      <label htmlFor={`${listId}-field`} className="soft">
        {side}: id of {what === "run" ? "a run" : "an experiment"}, or choose one
      </label>
      <input
        id={`${listId}-field`}
        className="field mono"
        list={listId}
        value={text}
        spellCheck={false}
        autoComplete="off"
        placeholder="id, or its last digits"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        onChange={({ target }) => {
          setText(target.value);
          if (options.some(({ id }) => id === target.value)) take(target.value);
        }}
        onBlur={() => text !== "" && take(text)}
      />
      <datalist id={listId}>
        {options.map(({ id, words }) => (
          <option key={id} value={id}>
            {words}
          </option>
        ))}
      </datalist>
      {problem === null ? null : (
        <span id={problemId} className="mark bad" role="alert">
          {problem}
        </span>
      )}
    </form>
  );
}

/** Looks up what is given: at once, or as soon as the options are there. */
function useLookup({ value, options, isListing, onPick }: IdPickerProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [early, setEarly] = useState<string | null>(null);
  const take = (given: string): void => {
    const found = idOf(given, options);
    const isEarly = found.problem !== null && isListing;
    setEarly(isEarly ? given : null);
    setProblem(isEarly ? null : found.problem);
    if (found.id !== null && found.id !== value) onPick(found.id);
  };
  useEffect(() => {
    if (early !== null && !isListing) take(early);
  });
  return { problem, take };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function idOf(given: string, options: readonly { id: string }[]): { id: string | null; problem: string | null } {
  const text = given.trim().toLowerCase();
  if (text === "") return { id: null, problem: null };
  if (uuid.test(text)) return { id: text, problem: null };
  const found = /^[0-9a-f-]{4,}$/.test(text) ? options.filter(({ id }) => id.endsWith(text)) : [];
  if (found.length === 1) return { id: found[0]?.id ?? null, problem: null };
  return { id: null, problem: found.length === 0 ? "None of the newest ends with this" : "Several end with this" };
}
