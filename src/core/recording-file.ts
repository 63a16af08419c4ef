// Where a run's recording lies: a `.jsonl` file is that of the one run; any other path is a folder in which each run of
// an experiment has a file of its own, since trials that shared one would answer for each other.

import type { EventData } from "./events.ts";

/** The file of a run, below or at the path that was given. Names keep letters, digits and a few signs. */
export function recordingFile(
  path: string,
  {
    subject,
    agent,
    trial,
    params,
  }: Pick<EventData<"run.queued">, "agent" | "trial" | "params"> & { subject: { id: string } },
): string {
  if (isRecordingFile(path)) return path;
  const condition = typeof params.condition === "string" ? [params.condition] : [];
  const parts = [subject.id, ...condition, agent?.name ?? "none"].map(safeName);
  return [path.replace(/\/+$/, ""), ...parts, `trial-${trial}.jsonl`].join("/");
}

export function isRecordingFile(path: string): boolean {
  return path.endsWith(".jsonl");
}

/** No two names become one: what is replaced is replaced by its code. */
function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/gu, (sign) => `+${sign.codePointAt(0)?.toString(16)}+`);
  return /^\.+$/.test(safe) ? `+${safe.length}+` : safe;
}
