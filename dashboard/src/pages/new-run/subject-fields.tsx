// What is run: a benchmark of the catalog, or one that is typed here.

import { useId } from "react";
import { useApi } from "../../api/use-api.ts";
import { ErrorLine } from "../../design/states.tsx";
import { FaultLine, type FieldProps } from "./fault-line.tsx";
import { useBenchmark } from "./use-benchmark.ts";

/** Benchmarks that are offered; others are found by their id. */
const offeredMax = 500;

export function SubjectFields(props: FieldProps) {
  const { draft, onChange } = props;
  const name = useId();
  return (
    <section className="panel" aria-label="Subject">
      <header>
        <h2>What</h2>
        <fieldset className="bare row-of">
          <legend className="visually-hidden">Where the benchmark comes from</legend>
          {(["catalog", "inline"] as const).map((from) => (
            <label key={from} className="row-of">
              <input type="radio" name={name} checked={draft.from === from} onChange={() => onChange({ from })} />
              {from === "catalog" ? "from the catalog" : "typed here"}
            </label>
          ))}
        </fieldset>
      </header>
      <div className="panel-body stack">
        {draft.from === "catalog" ? <FromCatalog {...props} /> : <Inline {...props} />}
      </div>
    </section>
  );
}

function FromCatalog({ draft, onChange, faultOf }: FieldProps) {
  const { data, error } = useApi("listBenchmarks", { query: { pageSize: offeredMax } });
  const listId = useId();
  const { benchmark: found, isLooking } = useBenchmark(draft);
  const isStrange = found === null && !isLooking && draft.benchmark.trim() !== "";
  return (
    <>
      <label className="labelled">
        <span>Benchmark</span>
        <input
          className="field mono"
          list={listId}
          value={draft.benchmark}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={faultOf("benchmark") !== null}
          onChange={({ target }) => onChange({ benchmark: target.value })}
        />
      </label>
      <datalist id={listId}>
        {(data?.benchmarks ?? []).map(({ id, description }) => (
          <option key={id} value={id}>
            {description}
          </option>
        ))}
      </datalist>
      <FaultLine message={faultOf("benchmark")} />
      {error === null || data !== undefined ? null : <ErrorLine error={error} />}
      {found === null ? null : <p className="soft">{found.description}</p>}
      {isStrange ? <p className="mark warn">The catalog has no benchmark of this id.</p> : null}
    </>
  );
}

function Inline({ draft, onChange, faultOf }: FieldProps) {
  return (
    <>
      <label className="labelled">
        <span>Id</span>
        <input
          className="field mono"
          value={draft.inlineId}
          spellCheck={false}
          aria-invalid={faultOf("inline") !== null}
          onChange={({ target }) => onChange({ inlineId: target.value })}
        />
      </label>
      <label className="labelled">
        <span>YAML, as in a benchmark file; it can have no files beside it</span>
        <textarea
          className="field mono"
          rows={16}
          value={draft.yaml}
          spellCheck={false}
          onChange={({ target }) => onChange({ yaml: target.value })}
        />
      </label>
      <FaultLine message={faultOf("inline")} />
    </>
  );
}
