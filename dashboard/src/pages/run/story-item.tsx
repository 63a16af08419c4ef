// One row of a run's story: the heading of an attempt or a step, a call with its answer, or a message.

import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isActive } from "../../../../src/core/moves.ts";
import { argumentWords, errorWords, valueWords } from "../../../../src/views/call-words.ts";
import { duration, grouped } from "../../../../src/views/number-words.ts";
import { Duration, localTime } from "../../design/time.tsx";
import type { Answer, PlacedRow } from "./transcript.ts";
import { usePageRun } from "./use-run.ts";

const stepMarks = { open: "busy", completed: "quiet", failed: "bad" } as const;
/** Longer messages are shown as far as this, and whole on request. */
const [charsMax, linesMax] = [1_500, 18];

export function StoryItem({ row }: { row: PlacedRow }) {
  if (row.kind === "attempt") {
    return (
      <h2 className="story-attempt">
        Attempt {row.attempt} <span className="soft">{row.outcome?.replaceAll("_", " ") ?? ""}</span>
      </h2>
    );
  }
  return (
    <div className={`story-row is-${row.kind}${row.isWithin ? " is-within" : ""}`}>
      <SeqLink seq={row.seq} at={row.at} />
      <div className="story-content">
        {row.kind === "step" ? <Step row={row} /> : null}
        {row.kind === "call" ? <Call row={row} /> : null}
        {row.kind === "message" ? <Message row={row} /> : null}
      </div>
    </div>
  );
}

function SeqLink({ seq, at }: { seq: number; at: string }) {
  const { run } = usePageRun();
  return (
    <Link
      to="/runs/$runId/$tab"
      params={{ runId: run.id, tab: "events" }}
      search={{ seq }}
      className="story-place"
      title={`event ${seq}, ${at} (UTC)`}
    >
      <span className="id">#{seq}</span>
      <time dateTime={at}>{localTime(at, true).slice(11)}</time>
    </Link>
  );
}

type RowOf<K extends PlacedRow["kind"]> = { row: Extract<PlacedRow, { kind: K }> };

function Step({ row }: RowOf<"step">) {
  const { run } = usePageRun();
  const { name, description, standing, at, endedAt, isOver } = row;
  // A step without an end is under way only while its attempt is; else its end was never recorded.
  const isUnderWay = standing === "open" && !isOver && isActive(run.status);
  return (
    <>
      <p className="row-of">
        <strong>{name}</strong>
        {standing === "open" && !isUnderWay ? (
          <span className="mark warn">no end recorded</span>
        ) : (
          <>
            <span className={`mark ${stepMarks[standing]}`}>{isUnderWay ? "under way" : standing}</span>
            <span className="soft">
              <Duration from={at} to={endedAt} />
            </span>
          </>
        )}
      </p>
      {description === null || description === "" ? null : <p className="soft">{description}</p>}
    </>
  );
}

function Call({ row }: RowOf<"call">) {
  const { run } = usePageRun();
  const { tool, args, answer, isOver } = row;
  const isLeft = isOver || !isActive(run.status);
  return (
    <>
      <p className="story-call">
        <span className="mono strong">{tool}</span> <span>{argumentWords(args)}</span>
      </p>
      {answer === null ? (
        <p className={isLeft ? "mark warn" : "mark busy"}>{isLeft ? "no answer was recorded" : "no answer yet"}</p>
      ) : (
        <AnswerOf answer={answer} args={args} />
      )}
    </>
  );
}

function AnswerOf({ answer, args }: { answer: Answer; args: Record<string, unknown> }) {
  const { ok, result, error, ms } = answer;
  const words = ok ? valueWords(result ?? "done", 160) : `failed: ${errorWords(error)}`;
  return (
    <Folded
      head={
        <>
          <span className={ok ? "soft one-line" : "is-bad one-line"}>{words}</span>
          <span className="faint number">{duration(ms)}</span>
        </>
      }
    >
      <pre className="code-block">{JSON.stringify({ args, ...(ok ? { result } : { error }), ms }, null, 2)}</pre>
    </Folded>
  );
}

/** A line that shows what lies behind it when it is pressed. */
function Folded({ head, children }: { head: ReactNode; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <>
      <button type="button" className="story-fold" aria-expanded={isOpen} onClick={() => setOpen((was) => !was)}>
        <Icon size={14} aria-hidden />
        {head}
      </button>
      {isOpen ? children : null}
    </>
  );
}

function Message({ row }: RowOf<"message">) {
  const { from, kind, text } = row.message;
  const [isWhole, setWhole] = useState(false);
  const begin = beginningOf(text);
  return (
    <>
      <p className="row-of">
        <strong>{from}</strong>
        <span className="tag">{kind}</span>
      </p>
      {text === "" ? null : <p className="message-text">{isWhole ? text : begin}</p>}
      {begin === text ? null : (
        <button type="button" className="button quiet small" onClick={() => setWhole((was) => !was)}>
          {isWhole ? "Show less" : `Show all ${grouped(text.length)} characters`}
        </button>
      )}
    </>
  );
}

function beginningOf(text: string): string {
  const lines = text.split("\n", linesMax + 1);
  const begin = (lines.length > linesMax ? lines.slice(0, linesMax).join("\n") : text).slice(0, charsMax);
  return begin.length === text.length ? text : `${begin} …`;
}
